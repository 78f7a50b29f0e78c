"""Keys in a PKCS#11 token (an HSM, a smart card, SoftHSM): they are made there and never leave it.

A token may be pulled out at any moment. Then whoever waits for a signature gets `KeyAwayError`, and
the next call opens the token anew. One call at a time: many tokens allow no more. A PIN that was
refused once is not given again: a token locks itself after a few.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from services.sealing.errors import KeyAwayError
from services.sealing.keys import CertifiedSigner, PublicKey

T = TypeVar("T")

_WRONG_PIN = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked)
_SECONDS = 20.0
_UNCOMPRESSED_P256 = 65
_P256 = encode_named_curve_parameters("secp256r1")


class Token:
    """One token behind a PKCS#11 module, found by its label and opened with a PIN."""

    def __init__(self, module: Path, label: str, pin: str) -> None:
        """Nothing is loaded or opened yet."""
        self._module, self._label, self._pin = module, label, pin
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pkcs11")
        self._session: pkcs11.Session | None = None
        self._pin_refused = False

    async def make(self, key_id: bytes, *, rsa_bits: int | None = None) -> PublicKey:
        """A new key under this id, which cannot be taken out: P-256, or RSA of so many bits.

        Raises:
            KeyAwayError: the token does not answer.
        """

        def work(session: pkcs11.Session) -> PublicKey:
            kept: dict[str, Any] = {"id": key_id, "label": key_id.hex(), "store": True}
            if rsa_bits is not None:
                public, _ = session.generate_keypair(KeyType.RSA, rsa_bits, **kept)
            else:
                curve = session.create_domain_parameters(
                    KeyType.EC, {Attribute.EC_PARAMS: _P256}, local=True
                )
                public, _ = curve.generate_keypair(**kept)
            return _public(public)

        return await self._run(work)

    async def find(self, public: PublicKey) -> bytes | None:
        """The id of the key with this public half; None: it is not in the token.

        Raises:
            KeyAwayError: the token does not answer.
        """

        def work(session: pkcs11.Session) -> bytes | None:
            for found in session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY}):
                assert isinstance(found, pkcs11.PublicKey)  # noqa: S101 - what was asked for
                if found.key_type in {KeyType.EC, KeyType.RSA} and _public(found) == public:
                    return bytes(found[Attribute.ID])
            return None

        return await self._run(work)

    async def sign(self, key_id: bytes, public: PublicKey, message: bytes) -> bytes:
        """The signature of a message, as `KeySigner` makes them.

        Raises:
            KeyAwayError: the token, or the key in it, is not there.
        """

        def work(session: pkcs11.Session) -> bytes:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=key_id)
            assert isinstance(key, pkcs11.SignMixin)  # noqa: S101 - a private key
            if isinstance(public, rsa.RSAPublicKey):
                return bytes(key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS))
            # tokens hash for ECDSA by as many names as there are makers: the digest is ours
            raw = bytes(key.sign(hashlib.sha256(message).digest(), mechanism=Mechanism.ECDSA))
            half = len(raw) // 2
            return encode_dss_signature(
                int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
            )

        return await self._run(work)

    async def destroy(self, key_id: bytes) -> None:
        """Take both halves of a key out of the world; none there is as good.

        Raises:
            KeyAwayError: the token does not answer.
        """

        def work(session: pkcs11.Session) -> None:
            for found in list(session.get_objects({Attribute.ID: key_id})):
                found.destroy()

        await self._run(work)

    async def close(self) -> None:
        """Let go of the token."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[pkcs11.Session], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_SECONDS):
                return await loop.run_in_executor(self._thread, self._call, work)
        except TimeoutError as error:
            msg = "Носитель ключей не ответил вовремя."
            raise KeyAwayError(msg) from error

    def _call(self, work: Callable[[pkcs11.Session], T]) -> T:
        try:
            if self._session is None:
                self._session = self._opened()
            return work(self._session)
        except _WRONG_PIN as error:
            self._pin_refused = True
            msg = f"Носитель ключей «{self._label}» не принял PIN-код."
            raise KeyAwayError(msg) from error
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            self._drop()
            msg = f"Носитель ключей «{self._label}»: {type(error).__name__}."
            raise KeyAwayError(msg) from error

    def _opened(self) -> pkcs11.Session:
        if self._pin_refused:
            msg = "refused before"
            raise pkcs11.PinIncorrect(msg)
        library = pkcs11.lib(str(self._module))
        # what was plugged in or out since is seen by a library that begins anew
        library.reinitialize()
        return library.get_token(token_label=self._label).open(rw=True, user_pin=self._pin)

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except (pkcs11.PKCS11Error, RuntimeError):
                return  # it is gone, as is wanted


class TokenSigner(CertifiedSigner):
    """A signer whose private key is in a token."""

    def __init__(
        self,
        token: Token,
        key_id: bytes,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        """Prepare the parts of the CMS that stay; the token is not asked.

        Raises:
            KeyFileError: the certificate is of a kind of key that is not supported.
        """
        super().__init__(certificate, chain)
        public = certificate.public_key()
        assert isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)  # noqa: S101 - the base has looked
        self._token, self._key_id, self._public = token, key_id, public

    async def signature(self, message: bytes) -> bytes:
        """The raw signature of a message, made in the token."""
        return await self._token.sign(self._key_id, self._public, message)


def _public(key: pkcs11.PublicKey) -> PublicKey:
    """The public half as `cryptography` has it."""
    if key.key_type is KeyType.RSA:
        modulus = int.from_bytes(key[Attribute.MODULUS], "big")
        exponent = int.from_bytes(key[Attribute.PUBLIC_EXPONENT], "big")
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    point = bytes(key[Attribute.EC_POINT])[-_UNCOMPRESSED_P256:]  # in an OCTET STRING
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
