"""The files of a PKI directory, changed as somebody at an authority would change them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from deploy.world.pki.keys import kept_key
from deploy.world.pki.parts import write_atomically


def revocations(pki: Path, *, until: datetime, revoked: Path | None = None) -> None:
    """Write the next revocation list."""
    start = datetime.now(UTC) - timedelta(days=3)
    builder = x509.CertificateRevocationListBuilder().issuer_name(_issuing(pki).subject)
    builder = builder.last_update(start).next_update(until)
    if revoked is not None:
        certificate = x509.load_pem_x509_certificate(revoked.read_bytes())
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(start).build())
    made = builder.sign(kept_key(pki / "issuing.key"), hashes.SHA256())
    write_atomically(pki / "crl.pem", made.public_bytes(serialization.Encoding.PEM), 0o644)


def _issuing(pki: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((pki / "issuing.pem").read_bytes())


def lasting(pki: Path, name: str, end: datetime) -> None:
    """Write a certificate of the same key and subject that ends at another time."""
    file = pki / f"{name}.pem"
    old, *chain = x509.load_pem_x509_certificates(file.read_bytes())
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(old.not_valid_before_utc, end) - timedelta(days=1))
        .not_valid_after(end)
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    new = builder.sign(kept_key(pki / "issuing.key"), hashes.SHA256())
    pem = [c.public_bytes(serialization.Encoding.PEM) for c in (new, *chain)]
    write_atomically(file, b"".join(pem), 0o644)


def flip_list(pki: Path) -> None:
    """One bit of the list's signature."""
    encoded = x509.load_pem_x509_crl((pki / "crl.pem").read_bytes()).public_bytes(
        serialization.Encoding.DER
    )
    bad = x509.load_der_x509_crl(encoded[:-1] + bytes((encoded[-1] ^ 1,)))
    write_atomically(pki / "crl.pem", bad.public_bytes(serialization.Encoding.PEM), 0o644)
