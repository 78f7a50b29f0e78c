"""Revocation lists: which may be believed, and what they say (RFC 5280, sections 5 and 6.3).

Only complete lists count, made by the issuer of the certificate itself: a delta, a part of a list
or somebody else's list says nothing about all the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.sealing.chains import STRONG, usage

_UNDERSTOOD = frozenset({x509.AuthorityKeyIdentifier.oid, x509.CRLNumber.oid})
_PARTIAL = frozenset({x509.IssuingDistributionPoint.oid, x509.DeltaCRLIndicator.oid})
_OF_ANOTHER = x509.CertificateIssuer.oid


@dataclass(frozen=True)
class Statement:
    """What one believed list says of one certificate, and from when to when it is the latest."""

    since: datetime
    until: datetime
    revoked: bool
    held: bool
    """On hold: it may be set free again by a later list."""


def complete(revocations: x509.CertificateRevocationList) -> bool:
    """Whether it is a list of everything that its issuer revoked, with a date of the next one."""
    try:
        return (
            revocations.next_update_utc is not None
            and isinstance(revocations.signature_hash_algorithm, STRONG)
            and not any(_strange(extension) for extension in revocations.extensions)
            and not any(
                (e.critical and e.oid != x509.CRLReason.oid) or e.oid == _OF_ANOTHER
                for entry in revocations
                for e in entry.extensions
            )
        )
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
        return False


def _strange(extension: x509.Extension[x509.ExtensionType]) -> bool:
    return extension.oid in _PARTIAL or (extension.critical and extension.oid not in _UNDERSTOOD)


def believed(
    lists: Iterable[x509.CertificateRevocationList], issuer: x509.Certificate
) -> list[x509.CertificateRevocationList]:
    """Those of the complete lists that this issuer made, the newest first."""
    key, allowed = issuer.public_key(), usage(issuer)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return []
    if allowed is None or not allowed.crl_sign:
        return []
    own = [r for r in lists if r.issuer == issuer.subject and _signed(r, key)]
    return sorted(own, key=lambda r: r.last_update_utc, reverse=True)


def _signed(
    revocations: x509.CertificateRevocationList, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
) -> bool:
    try:
        return revocations.is_signature_valid(key)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # made with another kind of key
        return False


def statements(
    lists: Iterable[x509.CertificateRevocationList],
    certificate: x509.Certificate,
    issuer: x509.Certificate,
) -> tuple[Statement, ...]:
    """What the issuer's lists say of the certificate, the newest first."""
    return tuple(_statement(r, certificate.serial_number) for r in believed(lists, issuer))


def _statement(revocations: x509.CertificateRevocationList, serial: int) -> Statement:
    entry = revocations.get_revoked_certificate_by_serial_number(serial)
    held = entry is not None and _reason(entry) is x509.ReasonFlags.certificate_hold
    assert revocations.next_update_utc is not None  # noqa: S101 - `complete` has looked
    return Statement(
        revocations.last_update_utc,
        revocations.next_update_utc,
        revoked=entry is not None and not held,
        held=held,
    )


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None
