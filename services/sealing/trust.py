"""Is a certificate trusted: chain, validity, revocation, role (C30).

A short, strict judge over the certificates and revocation lists that it was given. Silence is no
consent: for every certificate below the root there is a fresh list of its issuer, or nothing is
signed. It fetches nothing; foreign files and long-term evidence are a job elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.sealing.chains import Chain, chains, usage
from services.sealing.errors import (
    CertificateExpiredError,
    CertificateNotTrustedError,
    CertificateNotYetValidError,
    CertificateRevokedError,
    CertificateUnusableNowError,
    RevocationListStaleError,
    RevocationUnknownError,
    UnknownAuthorityError,
    WrongUsageError,
)
from services.sealing.revocation import Statement, believed, complete, statements
from services.sealing.signatures import parse_certificate

SNILS = x509.ObjectIdentifier("1.2.643.100.3")
OGRN = x509.ObjectIdentifier("1.2.643.100.1")
_PEM_END = b"-----END X509 CRL-----"
_NEVER = datetime.min.replace(tzinfo=UTC)
_REMEMBERED = 4096
"""Of how many certificates it is remembered how they stand; every citizen may bring one."""


class Role(Enum):
    """What a certificate is used for here."""

    DOCTOR = "врач"
    ORGANISATION = "медицинская организация"
    TIMESTAMPS = "служба штампов времени"
    PERSON = "подписывающий гражданин"


@dataclass(frozen=True)
class _Link:
    """A certificate of a chain with what its issuer's lists say; a root has none above it."""

    name: str
    start: datetime
    end: datetime
    is_root: bool
    statements: tuple[Statement, ...]

    @property
    def revoked(self) -> bool:
        """Said once, in however old a list, it stays so."""
        return any(statement.revoked for statement in self.statements)


@dataclass(frozen=True)
class _Way:
    """A chain, and the time in which nothing speaks against it: most checks need no more."""

    links: tuple[_Link, ...]
    start: datetime
    end: datetime
    lasts: datetime

    @classmethod
    def of(cls, links: tuple[_Link, ...]) -> _Way:
        """By the newest lists alone; whether older ones help is for `_objections` to say."""
        latest = [link.statements[:1] for link in links if not link.is_root]
        newest = [statement for found in latest for statement in found]
        doubtful = (
            not all(latest)
            or any(statement.held for statement in newest)
            or any(link.revoked for link in links)
        )
        return cls(
            links,
            max([link.start for link in links] + [s.since for s in newest]),
            _NEVER if doubtful else min([k.end for k in links] + [s.until for s in newest]),
            min(link.end for link in links),
        )

    def calm(self, when: datetime, until: datetime | None) -> bool:
        """Whether it may be used without a closer look."""
        return self.start <= when <= self.end and (until is None or until <= self.lasts)


@dataclass(frozen=True)
class _Standing:
    """What never changes about a certificate under a trust store; times remain to be compared."""

    name: str
    roles: frozenset[Role]
    ways: tuple[_Way, ...]


class TrustStore:
    """Roots, intermediate certificates and revocation lists."""

    def __init__(
        self,
        roots: Iterable[x509.Certificate],
        intermediates: Iterable[x509.Certificate] = (),
        revocation_lists: Iterable[x509.CertificateRevocationList] = (),
    ) -> None:
        self._roots = tuple(roots)
        self._intermediates = tuple(intermediates)
        self._lists = tuple(r for r in revocation_lists if complete(r))
        self._standings: dict[bytes, _Standing] = {}

    def check(
        self, encoded: bytes, role: Role, when: datetime, *, until: datetime | None = None
    ) -> None:
        """Make sure that a certificate (DER) may be used in a role at a time (aware, UTC).

        Args:
            encoded: the certificate.
            role: what it is used for.
            when: the time of its use.
            until: how long its chain must last at least, or else what it signs outlives it.

        Raises:
            CertificateNotTrustedError: saying what is wrong with it; `permanent` where only
                another certificate helps.
        """
        standing = self._standings.get(encoded)
        if standing is None:
            standing = self._remember(encoded, self._examine(parse_certificate(encoded)))
        if role not in standing.roles:
            raise WrongUsageError(standing.name, role.value, _NEEDED[role])
        first: CertificateNotTrustedError | None = None
        for way in standing.ways:
            if way.calm(when, until):
                return
            objection = next(_objections(way.links, when, until), None)
            if objection is None:
                return
            first = first or objection
        if first is not None:
            raise first

    def issuers(self, certificate: x509.Certificate) -> Chain:
        """The authorities above a certificate, the nearest first, a root last; () where none is."""
        return next(chains(certificate, self._roots, self._intermediates), (certificate,))[1:]

    def authorities(self) -> tuple[tuple[x509.Certificate, datetime | None], ...]:
        """Every authority with the end of its newest believable list; None: there is none."""
        return tuple(
            (authority, next((r.next_update_utc for r in believed(self._lists, authority)), None))
            for authority in (*self._roots, *self._intermediates)
        )

    def _examine(self, certificate: x509.Certificate) -> _Standing:
        ways = tuple(map(self._way, chains(certificate, self._roots, self._intermediates)))
        if not ways:
            raise UnknownAuthorityError(_name(certificate))
        roles = frozenset(role for role in Role if _fits(certificate, role))
        return _Standing(_name(certificate), roles, ways)

    def _remember(self, encoded: bytes, standing: _Standing) -> _Standing:
        while len(self._standings) >= _REMEMBERED:
            del self._standings[next(iter(self._standings))]
        self._standings[encoded] = standing
        return standing

    def _way(self, chain: Chain) -> _Way:
        issuers = (*chain[1:], None)
        links = (
            _Link(
                name=_name(certificate),
                start=certificate.not_valid_before_utc,
                end=certificate.not_valid_after_utc,
                is_root=issuer is None,
                statements=() if issuer is None else statements(self._lists, certificate, issuer),
            )
            for certificate, issuer in zip(chain, issuers, strict=True)
        )
        return _Way.of(tuple(links))


def _objections(
    links: tuple[_Link, ...], when: datetime, until: datetime | None
) -> Iterator[CertificateNotTrustedError]:
    """What speaks against a chain at a time; first what will never change."""
    if links[0].revoked:
        yield CertificateRevokedError(links[0].name)
    for link in links:
        if when < link.start:
            yield CertificateNotYetValidError(link.name)
        if when > link.end:
            yield CertificateExpiredError(link.name)
        if not link.is_root:
            yield from _doubts(link, when)
        if until is not None and link.end < until:
            yield CertificateUnusableNowError(
                f"Сертификат «{link.name}» заканчивается {link.end:%d.%m.%Y}, раньше, чем "
                f"документ: {until:%d.%m.%Y}."
            )


def _doubts(link: _Link, when: datetime) -> Iterator[CertificateNotTrustedError]:
    """Why nobody can say that a certificate below the root is not revoked."""
    if link.revoked:
        yield CertificateUnusableNowError(f"Сертификат «{link.name}» отозван.")
    latest = next((s for s in link.statements if s.since <= when), None)
    if latest is None:
        yield RevocationUnknownError(link.name)
    elif latest.held:
        yield CertificateUnusableNowError(f"Действие сертификата «{link.name}» приостановлено.")
    elif when > latest.until:
        yield RevocationListStaleError(link.name)


def load_trust(
    roots: Sequence[bytes], intermediates: Sequence[bytes], revocation_lists: Sequence[bytes]
) -> TrustStore:
    """A trust store from PEM contents, each with one or several parts."""
    return TrustStore(
        [c for pem in roots for c in x509.load_pem_x509_certificates(pem)],
        [c for pem in intermediates for c in x509.load_pem_x509_certificates(pem)],
        [
            x509.load_pem_x509_crl(part + _PEM_END)
            for pem in revocation_lists
            for part in pem.split(_PEM_END)[:-1]
        ],
    )


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


_SIGNING = "Нужны назначения ключа digitalSignature и nonRepudiation, а в имени владельца – "
_NEEDED: Mapping[Role, str] = {
    Role.DOCTOR: f"{_SIGNING}СНИЛС и должность, как в запросе.",
    Role.ORGANISATION: f"{_SIGNING}ОГРН, как в запросе.",
    Role.PERSON: f"{_SIGNING}СНИЛС.",
    Role.TIMESTAMPS: "Нужно единственное назначение timeStamping в критическом расширении.",
}


_NAMED: Mapping[Role, frozenset[x509.ObjectIdentifier]] = {
    Role.DOCTOR: frozenset({SNILS, NameOID.TITLE}),
    Role.ORGANISATION: frozenset({OGRN}),
    Role.PERSON: frozenset({SNILS}),
}


def _fits(certificate: x509.Certificate, role: Role) -> bool:
    if role is Role.TIMESTAMPS:
        return _is_timestamping(certificate)
    return _is_signing(certificate) and _NAMED[role] <= {a.oid for a in certificate.subject}


def _is_signing(certificate: x509.Certificate) -> bool:
    allowed = usage(certificate)
    return allowed is not None and allowed.digital_signature and allowed.content_commitment


def _is_timestamping(certificate: x509.Certificate) -> bool:
    """RFC 3161: time-stamping must be the only purpose, in a critical extension."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return extension.critical and list(extension.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
