"""The desk of the demo's authority: a request in, a certificate out; and what is revoked.

It checks that the request is signed by the key that it is for, and certifies the name that stands
in it: whether that name is right is for whoever takes the certificate to see. It decides nothing
else, and renews nothing.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from deploy.world.pki.keys import kept_key
from deploy.world.pki.lives import LIST, SIGNER
from deploy.world.pki.parts import authority_key, key_usage, pointers_like, write_atomically
from deploy.world.pki.public import FOLDER, publish

_BACKDATED = timedelta(hours=1)
_SHORTEST_RSA = 2048


class RefusedError(Exception):
    """What was brought is no request, or no certificate of this authority."""


@dataclass(frozen=True)
class Desk:
    """The desk of one directory; `trust` is the folder that outsiders read."""

    directory: Path
    trust: Path | None = None

    def issue(self, request: bytes) -> bytes:
        """See `issue`."""
        return issue(self.directory, request)

    def revoke(self, certificate: bytes) -> None:
        """See `revoke`."""
        revoke(self.directory, certificate, trust=self.trust)


def issue(
    directory: Path, request: bytes, *, days: int | None = None, now: datetime | None = None
) -> bytes:
    """The certificate for a PKCS#10 request (PEM or DER), then the issuing one: PEM.

    `days` is how long it lives, where that is not the usual time.

    Raises:
        RefusedError: not a request, or not signed by its own key.
    """
    asked = _request(request)
    when = now or datetime.now(UTC)
    issuing = x509.load_pem_x509_certificate((directory / "issuing.pem").read_bytes())
    life = SIGNER.whole if days is None else timedelta(days=days)
    key = asked.public_key()
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)  # noqa: S101 - looked at
    builder = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(issuing.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(when, when + life) - _BACKDATED)
        .not_valid_after(min(when + life, issuing.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(authority=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(authority_key(issuing), critical=False)
    )
    for extension in pointers_like(issuing, "root", "issuing"):
        builder = builder.add_extension(extension, critical=False)
    made = builder.sign(kept_key(directory / "issuing.key"), hashes.SHA256())
    return made.public_bytes(Encoding.PEM) + issuing.public_bytes(Encoding.PEM)


def revoke(
    directory: Path, certificate: bytes, *, trust: Path | None = None, now: datetime | None = None
) -> None:
    """Put a certificate (PEM or DER) on the issuing authority's list; again is the same.

    `trust` is the folder that outsiders read.

    Raises:
        RefusedError: not a certificate of this authority.
    """
    serial = _own_serial(directory, certificate)
    when = now or datetime.now(UTC)
    file = directory / "crl.pem"
    with locked(directory):
        known = x509.load_pem_x509_crl(file.read_bytes())
        if known.get_revoked_certificate_by_serial_number(serial) is None:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
            issuing = x509.load_pem_x509_certificate((directory / "issuing.pem").read_bytes())
            made = (
                carried_on(known, issuing, when)
                .add_revoked_certificate(entry.build())
                .sign(kept_key(directory / "issuing.key"), hashes.SHA256())
            )
            write_atomically(file, made.public_bytes(Encoding.PEM), 0o644)
        publish(directory, trust or directory / FOLDER)


def carried_on(
    known: x509.CertificateRevocationList | None, issuer: x509.Certificate, when: datetime
) -> x509.CertificateRevocationListBuilder:
    """The next list of an authority, with all that stood on the one before."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(when - _BACKDATED)
        .next_update(when + LIST.whole)
        .add_extension(x509.CRLNumber(int(when.timestamp() * 1000)), critical=False)
        .add_extension(authority_key(issuer), critical=False)
    )
    for entry in known or ():
        builder = builder.add_revoked_certificate(entry)
    return builder


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """One maker at a time, also of two processes that start together."""
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _request(encoded: bytes) -> x509.CertificateSigningRequest:
    try:
        pem = encoded.lstrip().startswith(b"-----BEGIN")
        found = (x509.load_pem_x509_csr if pem else x509.load_der_x509_csr)(encoded)
        key, genuine = found.public_key(), found.is_signature_valid
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        msg = "Это не запрос на сертификат (PKCS#10)."
        raise RefusedError(msg) from error
    if not genuine:
        msg = "Запрос подписан не тем ключом, на который просят сертификат."
        raise RefusedError(msg)
    strong = isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST_RSA
    )
    if not strong or not list(found.subject):
        msg = "В запросе нет имени, или ключ не P-256 и не RSA от 2048 бит."
        raise RefusedError(msg)
    return found


def _own_serial(directory: Path, encoded: bytes) -> int:
    issuing = x509.load_pem_x509_certificate((directory / "issuing.pem").read_bytes())
    try:
        pem = encoded.lstrip().startswith(b"-----BEGIN")
        found = (x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate)(encoded)
        found.verify_directly_issued_by(issuing)
    except (ValueError, TypeError, InvalidSignature) as error:
        msg = "Это не сертификат этого удостоверяющего центра."
        raise RefusedError(msg) from error
    return found.serial_number
