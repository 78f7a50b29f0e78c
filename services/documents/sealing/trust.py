"""Is a certificate trusted: chain, validity, revocation, role (C30).

A short, strict path builder over the certificates and revocation lists it was given. It fetches
nothing and is not a general validator: foreign files and long-term evidence are a job elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.documents.sealing.errors import CertificateNotTrustedError, RevocationListStaleError
from services.documents.sealing.signatures import parse_certificate

SNILS = x509.ObjectIdentifier("1.2.643.100.3")
OGRN = x509.ObjectIdentifier("1.2.643.100.1")
_LONGEST_CHAIN = 4


class Role(Enum):
    """What a certificate is used for here."""

    DOCTOR = "врач"
    ORGANISATION = "медицинская организация"
    TIMESTAMPS = "служба штампов времени"


@dataclass(frozen=True)
class _Standing:
    """What never changes about a certificate under a trust store; times remain to be compared."""

    name: str
    chain: tuple[tuple[str, datetime, datetime], ...]
    roles: frozenset[Role]
    revoked_since: datetime | None
    lists_end: datetime | None


class TrustStore:
    """Roots, intermediate certificates and revocation lists."""

    def __init__(
        self,
        roots: Iterable[x509.Certificate],
        intermediates: Iterable[x509.Certificate] = (),
        revocation_lists: Iterable[x509.CertificateRevocationList] = (),
    ) -> None:
        """Keep them; what was proven about a certificate is remembered."""
        self._roots = tuple(roots)
        self._intermediates = tuple(intermediates)
        self._lists = tuple(revocation_lists)
        self._standings: dict[bytes, _Standing] = {}

    def check(self, encoded: bytes, role: Role, when: datetime) -> None:
        """Make sure that a certificate (DER) may be used in a role at a time (aware, UTC).

        Raises:
            CertificateNotTrustedError: saying what is wrong with it.
            RevocationListStaleError: nothing, but we cannot know.
        """
        standing = self._standings.get(encoded)
        if standing is None:
            standing = self._standings[encoded] = self._examine(parse_certificate(encoded))
        for name, start, end in standing.chain:
            if when < start:
                msg = f"Сертификат «{name}» ещё не действует."
                raise CertificateNotTrustedError(msg)
            if when > end:
                msg = f"Срок действия сертификата «{name}» истёк."
                raise CertificateNotTrustedError(msg)
        if standing.revoked_since is not None and when >= standing.revoked_since:
            msg = f"Сертификат «{standing.name}» отозван."
            raise CertificateNotTrustedError(msg)
        if role not in standing.roles:
            msg = f"Сертификат «{standing.name}» не предназначен для роли «{role.value}»."
            raise CertificateNotTrustedError(msg)
        if standing.lists_end is not None and when > standing.lists_end:  # last: it may pass
            raise RevocationListStaleError

    def _examine(self, certificate: x509.Certificate) -> _Standing:
        chain = (certificate, *self._chain(certificate))
        lists = [
            revocations
            for issuer in chain[1:]
            for revocations in self._lists
            if revocations.issuer == certificate.issuer == issuer.subject
            and revocations.is_signature_valid(_issuer_key(issuer))
        ]
        entries = [
            entry.revocation_date_utc
            for revocations in lists
            if (
                entry := revocations.get_revoked_certificate_by_serial_number(
                    certificate.serial_number
                )
            )
        ]
        ends = [r.next_update_utc for r in lists if r.next_update_utc is not None]
        return _Standing(
            name=_name(certificate),
            chain=tuple((_name(c), c.not_valid_before_utc, c.not_valid_after_utc) for c in chain),
            roles=frozenset(role for role in Role if _fits(certificate, role)),
            revoked_since=min(entries, default=None),
            lists_end=max(ends, default=None),
        )

    def _chain(self, certificate: x509.Certificate) -> tuple[x509.Certificate, ...]:
        chain: list[x509.Certificate] = []
        current = certificate
        while len(chain) < _LONGEST_CHAIN:
            root = next((r for r in self._roots if _issued(current, r)), None)
            if root is not None:
                return (*chain, root)
            issuer = next((i for i in self._intermediates if _issued(current, i)), None)
            if issuer is None:
                break
            chain.append(issuer)
            current = issuer
        msg = f"Сертификат «{_name(certificate)}» выдан не доверенным удостоверяющим центром."
        raise CertificateNotTrustedError(msg)


def load_trust(
    roots: Sequence[bytes], intermediates: Sequence[bytes], revocation_lists: Sequence[bytes]
) -> TrustStore:
    """A trust store from PEM contents."""
    return TrustStore(
        [c for pem in roots for c in x509.load_pem_x509_certificates(pem)],
        [c for pem in intermediates for c in x509.load_pem_x509_certificates(pem)],
        [x509.load_pem_x509_crl(pem) for pem in revocation_lists],
    )


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def _issuer_key(issuer: x509.Certificate) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        msg = f"Ключ «{_name(issuer)}» не поддерживается."
        raise CertificateNotTrustedError(msg)
    return key


def _fits(certificate: x509.Certificate, role: Role) -> bool:
    if role is Role.TIMESTAMPS:
        return _is_timestamping(certificate)
    demanded = {SNILS, NameOID.TITLE} if role is Role.DOCTOR else {OGRN}
    return _is_signing(certificate) and demanded <= {a.oid for a in certificate.subject}


def _is_signing(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature and usage.content_commitment


def _is_timestamping(certificate: x509.Certificate) -> bool:
    """RFC 3161: time-stamping must be the only purpose, in a critical extension."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return extension.critical and list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
