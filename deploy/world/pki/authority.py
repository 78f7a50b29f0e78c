"""Issues the demo certificates into a directory, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.world.pki.desk import carried_on, locked
from deploy.world.pki.keys import Algorithm, PrivateKey, kept_key, new_key, written
from deploy.world.pki.lives import ISSUING, LIST, ROOT, SIGNER, TIMESTAMPS, Life
from deploy.world.pki.parts import (
    authority_key,
    key_usage,
    organisation_name,
    person_name,
    pointers,
    points_to,
    subject_name,
    write_atomically,
)
from deploy.world.pki.people import DOCTORS, ORGANISATION, Doctor, Organisation
from deploy.world.pki.public import FOLDER, publish

#: object identifiers of Russian qualified certificates (order 795 of the FSB)
SNILS = x509.ObjectIdentifier("1.2.643.100.3")
OGRN = x509.ObjectIdentifier("1.2.643.100.1")
INN_LEGAL = x509.ObjectIdentifier("1.2.643.100.4")

PUBLIC_URL = "http://127.0.0.1:8080"
# clocks of other machines may be a little behind
_BACKDATED = timedelta(hours=1)


def ensure_pki(
    directory: Path,
    doctors: Iterable[Doctor] = DOCTORS,
    organisation: Organisation | None = ORGANISATION,
    *,
    algorithm: Algorithm = Algorithm.P256,
    public_url: str = PUBLIC_URL,
    now: datetime | None = None,
) -> list[str]:
    """Make every key and certificate that is not there yet; give the names of those made.

    Without doctors and organisation there are the authorities alone: whoever signs brings a request
    to the desk. `public_url` is where an outsider finds the public files: certificates name their
    issuer and its revocation list there, and are made anew when it has changed.
    """
    when = now or datetime.now(UTC)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "doctors").mkdir(exist_ok=True)
    with locked(directory):
        maker = _Maker(directory, algorithm, when, f"{public_url.rstrip('/')}/trust")
        made = maker.make(tuple(doctors), organisation)
        publish(directory, directory / FOLDER)
        return made


@dataclass(frozen=True)
class _Issuer:
    name: str
    key: PrivateKey
    certificate: x509.Certificate


class _Maker:
    def __init__(
        self, directory: Path, algorithm: Algorithm, now: datetime, addresses: str
    ) -> None:
        self._directory = directory
        self._addresses = addresses
        self._algorithm = algorithm
        self._now = now
        self._made: list[str] = []

    def make(self, doctors: Sequence[Doctor], organisation: Organisation | None) -> list[str]:
        root = self._authority("root", "Моё здоровье: корень (демо)", None, ROOT, depth=1)
        issuing = self._authority("issuing", "Моё здоровье: выпуск (демо)", root, ISSUING, depth=0)
        if organisation is not None:
            self._leaf(
                "organisation",
                subject_name(
                    *organisation_name(organisation.name),
                    (INN_LEGAL, organisation.inn),
                    (OGRN, organisation.ogrn),
                ),
                issuing,
                SIGNER,
            )
        self._leaf(
            "tsa",
            subject_name((NameOID.COMMON_NAME, "Моё здоровье: штампы времени")),
            issuing,
            TIMESTAMPS,
            timestamps=True,
        )
        for doctor in doctors:
            self._leaf(
                f"doctors/{doctor.id}",
                subject_name(
                    *person_name(doctor.name),
                    (NameOID.TITLE, doctor.position),
                    (SNILS, doctor.snils),
                ),
                issuing,
                SIGNER,
            )
        self._revocation_list("root-crl", root)
        self._revocation_list("crl", issuing)
        return self._made

    def _authority(
        self, name: str, common_name: str, issuer: _Issuer | None, life: Life, depth: int
    ) -> _Issuer:
        key_file, certificate_file = self._files(name)
        if certificate_file.exists():
            key = kept_key(key_file)
            if self._lasts(certificate_file, issuer, life):
                pem = certificate_file.read_bytes()
                return _Issuer(name, key, x509.load_pem_x509_certificate(pem))
        else:
            key = new_key(self._algorithm)
        # the same key again: what it has signed stays as good as it was
        subject = subject_name((NameOID.COMMON_NAME, common_name), (NameOID.COUNTRY_NAME, "RU"))
        builder = (
            self._builder(subject, key, issuer, life)
            .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
            .add_extension(key_usage(authority=True), critical=True)
        )
        certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
        self._write(name, key, [certificate])
        return _Issuer(name, key, certificate)

    def _leaf(
        self,
        name: str,
        subject: x509.Name,
        issuer: _Issuer,
        life: Life,
        *,
        timestamps: bool = False,
    ) -> None:
        if self._lasts(self._files(name)[1], issuer, life):
            return
        key = new_key(self._algorithm)
        builder = (
            self._builder(subject, key, issuer, life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(authority=False), critical=True)
        )
        if timestamps:  # RFC 3161, 2.3: the only purpose, and critical
            purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purposes, critical=True)
        self._write(name, key, [builder.sign(issuer.key, hashes.SHA256()), issuer.certificate])

    def _lasts(self, file: Path, issuer: _Issuer | None, life: Life) -> bool:
        """Whether a certificate is there, outlives what rests on it, and names its issuer."""
        if not file.exists():
            return False
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        if certificate.not_valid_after_utc - self._now <= life.least:
            return False
        return issuer is None or points_to(certificate, self._addresses, issuer.name)

    def _revocation_list(self, name: str, issuer: _Issuer) -> None:
        file = self._directory / f"{name}.pem"
        known = x509.load_pem_x509_crl(file.read_bytes()) if file.exists() else None
        end = None if known is None else known.next_update_utc
        if end is not None and end - self._now > LIST.least:
            return
        revocations = carried_on(known, issuer.certificate, self._now).sign(
            issuer.key, hashes.SHA256()
        )
        write_atomically(file, revocations.public_bytes(serialization.Encoding.PEM), 0o644)
        self._made.append(name)

    def _builder(
        self, subject: x509.Name, key: PrivateKey, issuer: _Issuer | None, life: Life
    ) -> x509.CertificateBuilder:
        subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        end = self._now + life.whole
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _BACKDATED)
            .not_valid_after(min(end, issuer.certificate.not_valid_after_utc) if issuer else end)
            .add_extension(subject_key, critical=False)
        )
        if issuer is None:
            own = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)
            return builder.add_extension(own, critical=False)
        builder = builder.add_extension(authority_key(issuer.certificate), critical=False)
        for extension in pointers(self._addresses, issuer.name):
            builder = builder.add_extension(extension, critical=False)
        return builder

    def _files(self, name: str) -> tuple[Path, Path]:
        return self._directory / f"{name}.key", self._directory / f"{name}.pem"

    def _write(self, name: str, key: PrivateKey, chain: Sequence[x509.Certificate]) -> None:
        key_file, certificate_file = self._files(name)
        # the certificate comes last: where it is, its key is
        write_atomically(key_file, written(key), 0o600)
        pem = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain)
        write_atomically(certificate_file, pem, 0o644)
        self._made.append(name)
