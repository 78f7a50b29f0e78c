"""Certification authorities of any quality: right, or wrong in the one thing that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asn1crypto import crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.world.pki.parts import key_usage
from services.sealing.trust import OGRN

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.643.7.7.7"), b"\x05\x00")

Extensions = Sequence[tuple[x509.ExtensionType, bool]]


@dataclass(frozen=True)
class Authority:
    """A key with a name; who certified it is a matter of `certificate`."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def subject(self) -> x509.Name:
        """The distinguished name."""
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])


def certificate(
    of: Authority,
    by: Authority,
    *extensions: tuple[x509.ExtensionType, bool],
    start: datetime = NOW - DAY,
    end: datetime = NOW + 400 * DAY,
) -> x509.Certificate:
    """A certificate of an authority's key by another one (or itself), with these extensions."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(of.subject)
        .issuer_name(by.subject)
        .public_key(of.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by.key, hashes.SHA256())


def issuing(*, length: int | None = None, ca: bool = True) -> Extensions:
    """The extensions of an authority's certificate."""
    return (
        (x509.BasicConstraints(ca=ca, path_length=length), True),
        (key_usage(authority=True), True),
    )


def leaf(by: Authority, *, stamps: bool = False, extra: Extensions = ()) -> x509.Certificate:
    """A certificate of an organisation, or of a time-stamp authority."""
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(OGRN, "1027700000008")]))
        .issuer_name(by.subject)
        .public_key(ec.generate_private_key(ec.SECP256R1()).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 300 * DAY)
        .add_extension(key_usage(authority=False), critical=True)
    )
    for extension, critical in (*extra, *(((purposes, True),) if stamps else ())):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by.key, hashes.SHA256())


def revocations(
    by: Authority,
    *extensions: tuple[x509.ExtensionType, bool],
    name: x509.Name | None = None,
    start: datetime = NOW - DAY,
    end: datetime = NOW + DAY,
    entries: Sequence[x509.RevokedCertificate] = (),
) -> x509.CertificateRevocationList:
    """A list by an authority; `name` is who it claims to be of."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name or by.subject)
        .last_update(start)
        .next_update(end)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    for entry in entries:
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(by.key, hashes.SHA256())


def entry(serial: int, *extensions: tuple[x509.ExtensionType, bool]) -> x509.RevokedCertificate:
    """A line of a list."""
    builder = x509.RevokedCertificateBuilder().serial_number(serial)
    builder = builder.revocation_date(NOW - DAY)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.build()


def flipped(revoked: x509.CertificateRevocationList) -> x509.CertificateRevocationList:
    """The same list with one bit of its signature turned."""
    encoded = revoked.public_bytes(Encoding.DER)
    return x509.load_der_x509_crl(encoded[:-1] + bytes((encoded[-1] ^ 1,)))


def endless(by: Authority) -> x509.CertificateRevocationList:
    """A list that names no date of the next one (which no builder makes)."""
    made = crl.CertificateList.load(revocations(by).public_bytes(Encoding.DER))
    del made["tbs_cert_list"]["next_update"]
    signed = made["tbs_cert_list"].dump(force=True)
    made["signature"] = by.key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return x509.load_der_x509_crl(made.dump(force=True))
