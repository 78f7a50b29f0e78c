"""Issues the demo certificates into a directory, each once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.pki.parts import (
    authority_key,
    common_name,
    key_usage,
    subject_name,
    write_atomically,
)
from deploy.pki.people import DOCTORS, ORGANISATION, Doctor, Organisation

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

#: object identifiers of Russian qualified certificates (order 795 of the FSB)
SNILS = x509.ObjectIdentifier("1.2.643.100.3")
OGRN = x509.ObjectIdentifier("1.2.643.100.1")
INN_LEGAL = x509.ObjectIdentifier("1.2.643.100.4")

_AUTHORITY_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=455)
_LIST_LIFE = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)
# clocks of other machines may be a little behind
_BACKDATED = timedelta(hours=1)


class Algorithm(Enum):
    """The keys of the leaf certificates and authorities."""

    P256 = "p256"
    RSA2048 = "rsa2048"
    RSA3072 = "rsa3072"


def ensure_pki(
    directory: Path,
    doctors: Iterable[Doctor] = DOCTORS,
    organisation: Organisation = ORGANISATION,
    *,
    algorithm: Algorithm = Algorithm.P256,
    now: datetime | None = None,
) -> list[str]:
    """Make every key and certificate that is not there yet; give the names of those made."""
    when = now or datetime.now(UTC)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "doctors").mkdir(exist_ok=True)
    with _locked(directory):
        return _Maker(directory, algorithm, when).make(tuple(doctors), organisation)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One maker at a time, also of two processes that start together."""
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class _Issuer:
    key: PrivateKey
    certificate: x509.Certificate


class _Maker:
    def __init__(self, directory: Path, algorithm: Algorithm, now: datetime) -> None:
        self._directory = directory
        self._algorithm = algorithm
        self._now = now
        self._made: list[str] = []

    def make(self, doctors: Sequence[Doctor], organisation: Organisation) -> list[str]:
        root = self._authority("root", "Моё здоровье: корень (демо)", None, depth=1)
        issuing = self._authority("issuing", "Моё здоровье: выпуск (демо)", root, depth=0)
        self._leaf(
            "organisation",
            subject_name(
                (NameOID.COMMON_NAME, organisation.name),
                (NameOID.ORGANIZATION_NAME, organisation.name),
                (INN_LEGAL, organisation.inn),
                (OGRN, organisation.ogrn),
            ),
            issuing,
        )
        self._leaf(
            "tsa",
            subject_name((NameOID.COMMON_NAME, "Моё здоровье: штампы времени")),
            issuing,
            timestamps=True,
        )
        for doctor in doctors:
            self._leaf(
                f"doctors/{doctor.id}",
                subject_name(
                    (NameOID.COMMON_NAME, common_name(doctor.name)),
                    (NameOID.TITLE, doctor.position),
                    (SNILS, doctor.snils),
                ),
                issuing,
            )
        self._revocation_list(issuing)
        return self._made

    def _authority(
        self, name: str, common_name: str, issuer: _Issuer | None, depth: int
    ) -> _Issuer:
        key_file, certificate_file = self._files(name)
        if certificate_file.exists():
            loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
            if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
                msg = f"{key_file}: unexpected kind of key"
                raise TypeError(msg)
            return _Issuer(loaded, x509.load_pem_x509_certificate(certificate_file.read_bytes()))
        key = self._new_key()
        subject = subject_name((NameOID.COMMON_NAME, common_name), (NameOID.COUNTRY_NAME, "RU"))
        builder = (
            self._builder(subject, key, issuer, _AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
            .add_extension(key_usage(authority=True), critical=True)
        )
        certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
        self._write(name, key, [certificate])
        return _Issuer(key, certificate)

    def _leaf(
        self, name: str, subject: x509.Name, issuer: _Issuer, *, timestamps: bool = False
    ) -> None:
        if self._lasts(self._files(name)[1]):
            return
        key = self._new_key()
        builder = (
            self._builder(subject, key, issuer, _LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(authority=False), critical=True)
        )
        if timestamps:  # RFC 3161, 2.3: the only purpose, and critical
            purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purposes, critical=True)
        self._write(name, key, [builder.sign(issuer.key, hashes.SHA256()), issuer.certificate])

    def _lasts(self, file: Path) -> bool:
        """Whether a certificate is there and not about to expire."""
        if not file.exists():
            return False
        end = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
        return end - self._now > _RENEW_BEFORE

    def _revocation_list(self, issuing: _Issuer) -> None:
        file = self._directory / "crl.pem"
        if file.exists():
            end = x509.load_pem_x509_crl(file.read_bytes()).next_update_utc
            if end is not None and end - self._now > _RENEW_BEFORE:
                return
        number = x509.CRLNumber(int(self._now.timestamp()))
        revocations = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuing.certificate.subject)
            .last_update(self._now - _BACKDATED)
            .next_update(self._now + _LIST_LIFE)
            .add_extension(number, critical=False)
            .add_extension(authority_key(issuing.certificate), critical=False)
            .sign(issuing.key, hashes.SHA256())
        )
        write_atomically(file, revocations.public_bytes(serialization.Encoding.PEM), 0o644)
        self._made.append("crl")

    def _builder(
        self, subject: x509.Name, key: PrivateKey, issuer: _Issuer | None, life: timedelta
    ) -> x509.CertificateBuilder:
        subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _BACKDATED)
            .not_valid_after(self._now + life)
            .add_extension(subject_key, critical=False)
        )
        authority = (
            authority_key(issuer.certificate)
            if issuer
            else x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)
        )
        return builder.add_extension(authority, critical=False)

    def _new_key(self) -> PrivateKey:
        if self._algorithm is Algorithm.P256:
            return ec.generate_private_key(ec.SECP256R1())
        size = 2048 if self._algorithm is Algorithm.RSA2048 else 3072
        return rsa.generate_private_key(public_exponent=65537, key_size=size)

    def _files(self, name: str) -> tuple[Path, Path]:
        return self._directory / f"{name}.key", self._directory / f"{name}.pem"

    def _write(self, name: str, key: PrivateKey, chain: Sequence[x509.Certificate]) -> None:
        key_file, certificate_file = self._files(name)
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        # the certificate comes last: where it is, its key is
        write_atomically(key_file, secret, 0o600)
        pem = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain)
        write_atomically(certificate_file, pem, 0o644)
        self._made.append(name)
