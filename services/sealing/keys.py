"""Signers as plug-ins, and the one for keys in this process (P-256 or RSA, SHA-256).

The key object is loaded once and kept: loading it per signature would cost more than signing.
It is not a crypto provider: qualified signatures and GOST need a certified one, which becomes
another class with the same `Signer` protocol.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from services.sealing import cms
from services.sealing.errors import KeyFileError

#: a token with chain: 1.9 kB signed with P-256, 3.7 kB with RSA-3072 and long addresses in it
_TOKEN_RESERVE = 4096
_UNSUPPORTED = "Поддерживаются ключи P-256 и RSA."


class Hash(Protocol):
    """The part of hashlib's objects that is used."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The digest of all bytes so far."""

    def copy(self) -> Hash:
        """An independent object with the same state."""


class TimestampSource(Protocol):
    """Whoever gives RFC 3161 tokens."""

    async def token(self, imprint: bytes) -> bytes:
        """A token over a SHA-256 digest."""


@dataclass(frozen=True)
class CertificateInfo:
    """What the portal stamp and the event say about a signer's certificate (C25)."""

    name: str
    serial: str
    valid_from: datetime
    valid_to: datetime
    position: str = ""
    """The office that a person signs in; an organisation has none."""


class Signer(Protocol):
    """Someone who can sign a digest: a file key, a token, a remote service."""

    @property
    def info(self) -> CertificateInfo:
        """The certificate in words."""

    @property
    def certificate(self) -> bytes:
        """The certificate, DER."""

    @property
    def hash_name(self) -> str:
        """The name of the hash over the file; equal names mean equal `new_hash`."""

    @property
    def reserve(self) -> int:
        """Bytes that a CMS of this signer, with its time-stamp, needs at most."""

    def new_hash(self) -> Hash:
        """A fresh hash for the bytes of the file."""

    async def cms(self, digest: bytes, timestamps: TimestampSource) -> bytes:
        """A detached CAdES-B-T CMS over the file's digest."""


def certificate_info(certificate: x509.Certificate) -> CertificateInfo:
    """Name, position, serial number (hexadecimal) and validity of a certificate."""
    titles = certificate.subject.get_attributes_for_oid(NameOID.TITLE)
    return CertificateInfo(
        name=_name(certificate.subject),
        position=str(titles[0].value) if titles else "",
        serial=f"{certificate.serial_number:X}",
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )


def _name(subject: x509.Name) -> str:
    """The common name, or the whole name of which it is a part: it holds 64 bytes at most."""

    def of(oid: x509.ObjectIdentifier) -> str:
        found = subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    common, surname = of(NameOID.COMMON_NAME), of(NameOID.SURNAME)
    if surname and surname.startswith(common.partition(" ")[0]):
        return f"{surname} {of(NameOID.GIVEN_NAME)}".strip()
    whole = of(NameOID.ORGANIZATION_NAME)
    return whole if common and whole.startswith(common) else common or subject.rfc4514_string()


PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Algorithm(StrEnum):
    """What a key is, where one is made."""

    P256 = "p256"
    RSA2048 = "rsa2048"
    RSA3072 = "rsa3072"

    @property
    def rsa_bits(self) -> int | None:
        """How long an RSA key is; None: it is none."""
        return None if self is Algorithm.P256 else int(self.removeprefix("rsa"))

    def generate(self) -> PrivateKey:
        """A fresh key; RSA takes its time."""
        bits = self.rsa_bits
        if bits is None:
            return ec.generate_private_key(ec.SECP256R1())
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)


class CertifiedSigner(ABC):
    """A certificate with its chain, and the parts of a CMS that stay; who has the key, signs."""

    hash_name = "sha256"

    def __init__(
        self, certificate: x509.Certificate, chain: Sequence[x509.Certificate] = ()
    ) -> None:
        """Prepare what does not change between documents.

        Raises:
            KeyFileError: the certificate is of a kind of key that is not supported.
        """
        algorithm, longest = _algorithm(certificate.public_key())
        self.info = certificate_info(certificate)
        self.certificate = certificate.public_bytes(Encoding.DER)
        self.identity = cms.SignerIdentity(
            self.certificate, tuple(c.public_bytes(Encoding.DER) for c in chain), algorithm
        )
        attributes = self.identity.signed_attributes(bytes(32))
        largest_token = bytes(_TOKEN_RESERVE)
        self.reserve = len(
            self.identity.signed_data(attributes, bytes(longest), token=largest_token)
        )

    def new_hash(self) -> Hash:
        """SHA-256."""
        return hashlib.sha256()

    @abstractmethod
    async def signature(self, message: bytes) -> bytes:
        """The raw signature of a message."""

    async def cms(self, digest: bytes, timestamps: TimestampSource) -> bytes:
        """A detached CAdES-B-T CMS: sign, await the time-stamp of the signature, assemble."""
        attributes = self.identity.signed_attributes(digest)
        signature = await self.signature(attributes)
        token = await timestamps.token(hashlib.sha256(signature).digest())
        return self.identity.signed_data(attributes, signature, token=token)


class KeySigner(CertifiedSigner):
    """A signer with a private key in this process."""

    def __init__(
        self,
        key: PrivateKey,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        """Prepare the parts of the CMS that stay.

        Raises:
            KeyFileError: if the key does not belong to the certificate.
        """
        if key.public_key() != certificate.public_key():
            msg = "Закрытый ключ не соответствует сертификату."
            raise KeyFileError(msg)
        super().__init__(certificate, chain)
        self.sign = raw_signature(key)

    async def signature(self, message: bytes) -> bytes:
        """The raw signature of a message: so fast that nobody need wait elsewhere."""
        return self.sign(message)


def raw_signature(key: PrivateKey) -> Callable[[bytes], bytes]:
    """How a key signs a message."""
    if isinstance(key, rsa.RSAPrivateKey):
        pkcs1, sha256 = padding.PKCS1v15(), hashes.SHA256()
        return lambda message: key.sign(message, pkcs1, sha256)
    ecdsa = ec.ECDSA(hashes.SHA256())
    return lambda message: key.sign(message, ecdsa)


def _algorithm(key: object) -> tuple[bytes, int]:
    """The identifier of the signature algorithm, and the longest signature in bytes."""
    if isinstance(key, rsa.RSAPublicKey):
        return cms.RSA_SHA256_ALGORITHM, (key.key_size + 7) // 8
    if isinstance(key, ec.EllipticCurvePublicKey):
        return cms.ECDSA_SHA256_ALGORITHM, 2 * ((key.key_size + 7) // 8) + 9
    raise KeyFileError(_UNSUPPORTED)


def load_signer(key_file: Path, certificate_file: Path) -> KeySigner:
    """A signer from a PEM key and a PEM file with its certificate first, then its chain.

    Raises:
        KeyFileError: if a file is missing, broken, or they do not belong together.
    """
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        certificate, *chain = x509.load_pem_x509_certificates(certificate_file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        msg = f"Не удалось прочитать {key_file.name} и {certificate_file.name}: {error}"
        raise KeyFileError(msg) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError(_UNSUPPORTED)
    return KeySigner(key, certificate, tuple(chain))
