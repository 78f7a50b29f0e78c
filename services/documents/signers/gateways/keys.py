"""The vault: private keys, made here or in a token, and signers made of them.

A software key is kept as a JWE under the installation's secret, bound to its signer and its id.
The secret is changed without a pause: put the new one in front of the old one (a space between),
run `python -m services.documents rekey`, then drop the old one.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import BaseModel, SecretStr

from services.chassis.foundation.encryption import Encryption
from services.documents.signers.domain.signer import Keeping, Key
from services.documents.signers.errors import KeyAwayError, NoTokenError
from services.sealing import (
    Algorithm,
    CertifiedSigner,
    KeySigner,
    PrivateKey,
    PublicKey,
    SealingError,
    Token,
    TokenSigner,
    raw_signature,
)


class _Plain(BaseModel):
    pkcs8: str


class Vault:
    """Keys of signers, and the journal's."""

    def __init__(self, secret: SecretStr, algorithm: Algorithm, token: Token | None) -> None:
        self._encryption = Encryption("documents.keys", secret)
        self._algorithm = algorithm
        self._token = token

    async def make(self, owner: str, keeping: Keeping) -> Key:
        """A new key for a signer.

        Raises:
            NoTokenError: a key in a token was asked for, and there is none here.
            KeyAwayError: the token does not answer.
        """
        key_id = secrets.token_hex(16)
        if keeping is Keeping.TOKEN:
            made = self._its_token().make(bytes.fromhex(key_id), rsa_bits=self._algorithm.rsa_bits)
            try:
                public = await made
            except SealingError as error:
                raise KeyAwayError(error.detail) from error
            return Key(key_id, keeping, _spki(public))
        private = await asyncio.to_thread(self._algorithm.generate)
        return Key(
            key_id, keeping, _spki(private.public_key()), self._wrapped(owner, key_id, private)
        )

    async def in_token(self, public: PublicKey) -> Key | None:
        """The key with this public half, if a token of ours holds it.

        Raises:
            KeyAwayError: the token does not answer.
        """
        if self._token is None:
            return None
        try:
            found = await self._token.find(public)
        except SealingError as error:
            raise KeyAwayError(error.detail) from error
        return None if found is None else Key(found.hex(), Keeping.TOKEN, _spki(public))

    async def sign(self, owner: str, key: Key, message: bytes) -> bytes:
        """The signature of a message: for a request, or to prove possession.

        Raises:
            KeyAwayError: the token does not answer.
        """
        if key.keeping is Keeping.SOFTWARE:
            return raw_signature(self.private(owner, key))(message)
        public = serialization.load_der_public_key(key.public)
        assert isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)  # noqa: S101 - made here
        try:
            return await self._its_token().sign(bytes.fromhex(key.id), public, message)
        except SealingError as error:
            raise KeyAwayError(error.detail) from error

    def signer(
        self, owner: str, key: Key, certificate: x509.Certificate, chain: Sequence[x509.Certificate]
    ) -> CertifiedSigner:
        """The key with its certificate, ready to sign; a token is not asked before it signs.

        Raises:
            NoTokenError: the key is in a token, and there is none here any more.
        """
        if key.keeping is Keeping.TOKEN:
            return TokenSigner(self._its_token(), bytes.fromhex(key.id), certificate, chain)
        return KeySigner(self.private(owner, key), certificate, chain)

    async def destroy(self, key: Key) -> None:
        """Take a token's key out of it; a software key is gone with its record.

        Raises:
            KeyAwayError: the token does not answer.
        """
        if key.keeping is Keeping.SOFTWARE:
            return
        try:
            await self._its_token().destroy(bytes.fromhex(key.id))
        except SealingError as error:
            raise KeyAwayError(error.detail) from error

    def private(self, owner: str, key: Key) -> PrivateKey:
        """A software key in clear, for the moment in which it signs.

        Raises:
            UnreadableForUsError: it is wrapped with a secret that is not set here.
        """
        plain = self._encryption.decrypt(key.wrapped or "", _Plain, about=_about(owner, key.id))
        loaded = serialization.load_der_private_key(base64.b64decode(plain.pkcs8), None)
        assert isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)  # noqa: S101 - made here
        return loaded

    def rewrapped(self, owner: str, key: Key) -> Key | None:
        """The key under the newest secret; None: it is already, or needs none."""
        if key.wrapped is None or self._encryption.newest(key.wrapped):
            return None
        wrapped = self._wrapped(owner, key.id, self.private(owner, key))
        return Key(key.id, key.keeping, key.public, wrapped)

    async def close(self) -> None:
        """Let go of the token."""
        if self._token is not None:
            await self._token.close()

    def _its_token(self) -> Token:
        if self._token is None:
            raise NoTokenError
        return self._token

    def _wrapped(self, owner: str, key_id: str, private: PrivateKey) -> str:
        pkcs8 = private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        plain = _Plain(pkcs8=base64.b64encode(pkcs8).decode())
        return self._encryption.encrypt(plain, about=_about(owner, key_id))


def _about(owner: str, key_id: str) -> tuple[str, ...]:
    return ("key", owner, key_id)


def _spki(public: PublicKey) -> bytes:
    return public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
