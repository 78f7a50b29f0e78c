"""Who signs: keys, certificates and trust from a directory of PEM files.

Signers are plug-ins found there (`deploy.world.pki` has its layout): `doctors/<id>.pem` and `.key`,
`organisation.*`; another kind of signer is another `Signers`. Read again when the files change.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.documents.sealed.domain import Ends
from services.documents.sealed.errors import CannotSealError, SealingAwayError
from services.documents.sealed.gateways.ends import NOTHING, ends_of
from services.documents.sealed.gateways.layouts import Organisation
from services.sealing import (
    HttpTimestamps,
    Sealer,
    Signer,
    TrustStore,
    load_signer,
    load_trust,
    timestamp_client,
)
from services.sealing.errors import KeyFileError
from services.sealing.tsa.client import HttpAnswer
from services.sealing.tsa.connections import Connections

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OGRN = x509.ObjectIdentifier("1.2.643.100.1")
_LISTS = ("root-crl", "crl")
_OFFICE_FILES = (
    *("root.pem", "issuing.pem", "organisation.key", "organisation.pem"),
    *(f"{name}.pem" for name in _LISTS),
)
_INN = x509.ObjectIdentifier("1.2.643.100.4")


class UnknownDoctorError(CannotSealError):
    """There is no key of this doctor, so nobody can sign."""

    def __init__(self) -> None:
        super().__init__(
            "doctor-key-unknown", "Нет ключа электронной подписи врача, одобрившего заявление."
        )


@dataclass(frozen=True)
class Office:
    """What signing needs."""

    organisation: Organisation
    sealer: Sealer
    trust: TrustStore
    timestamps: HttpTimestamps
    certificate: bytes


class _Observed:
    """The HTTP client of the time-stamp authority; every call of it is a span."""

    def __init__(self, client: Connections, metrics: Metrics) -> None:
        self._client = client
        self._metrics = metrics

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float
    ) -> HttpAnswer:
        with outbound_call("tsa", self._metrics, "stamp", {"http.request.method": "POST"}) as call:
            answer = await self._client.post(url, content=content, headers=headers, timeout=timeout)
            if answer.status_code != HTTPStatus.OK:
                call.refused(f"status-{answer.status_code}")
            return answer

    async def aclose(self) -> None:
        await self._client.aclose()


Stamp = tuple[tuple[int, int, int], ...]
"""What changes when a file does: of each its number, its size and when it was written."""


class Signers:
    """The directory; nothing is kept longer than its files stay as they are."""

    def __init__(self, directory: Path, *, tsa_url: str, licence: str, metrics: Metrics) -> None:
        self._directory = directory
        self._tsa_url = tsa_url
        self._licence = licence
        self._client = _Observed(timestamp_client(), metrics)
        self._office: tuple[Stamp, Office] | None = None
        self._doctors: dict[str, tuple[Stamp, Signer]] = {}

    async def office(self) -> Office:
        """The organisation's side, as its files are now.

        Raises:
            SealingAwayError: its key, the roots or the revocation list are not there (yet).
        """
        try:
            self._office = await asyncio.to_thread(self._current_office, self._office)
        except (OSError, ValueError, KeyFileError) as error:
            msg = f"signing keys: {error}"
            raise SealingAwayError(msg) from error
        return self._office[1]

    async def doctor(self, doctor_id: str) -> Signer:
        """The doctor's key, as its files are now.

        Raises:
            UnknownDoctorError: there is none, and nobody can sign for this doctor.
            SealingAwayError: there is one whose certificate is not there yet or does not fit it:
                it may be just being issued or replaced.
        """
        if not _ID.fullmatch(doctor_id):
            raise UnknownDoctorError
        try:
            known = await asyncio.to_thread(
                self._current_doctor, doctor_id, self._doctors.get(doctor_id)
            )
        except FileNotFoundError as error:
            self._doctors.pop(doctor_id, None)
            if self._key_of(doctor_id).exists():
                msg = "the certificate of a doctor's key is not there yet"
                raise SealingAwayError(msg) from error
            raise UnknownDoctorError from error
        except (OSError, KeyFileError) as error:
            msg = f"the key of a doctor: {error}"
            raise SealingAwayError(msg) from error
        self._doctors[doctor_id] = known
        return known[1]

    async def ends(self) -> Ends:
        """When certificates and lists end, as the files are now."""
        try:
            office = await self.office()
        except SealingAwayError:
            return NOTHING
        return await asyncio.to_thread(
            ends_of,
            office.trust,
            office.certificate,
            self._directory / "doctors",
            office.timestamps.certificate_end,
        )

    async def close(self) -> None:
        """Drop the connections to the time-stamp authority."""
        await self._client.aclose()

    def _current_doctor(
        self, doctor_id: str, known: tuple[Stamp, Signer] | None
    ) -> tuple[Stamp, Signer]:
        key = self._key_of(doctor_id)
        certificate = key.with_suffix(".pem")
        stamp = _stamp(key, certificate)
        if known is not None and known[0] == stamp:
            return known
        return stamp, load_signer(key, certificate)

    def _key_of(self, doctor_id: str) -> Path:
        return self._directory / "doctors" / f"{doctor_id}.key"

    def _current_office(self, known: tuple[Stamp, Office] | None) -> tuple[Stamp, Office]:
        # taken before reading: what changes in between is read again the next time
        stamp = _stamp(*(self._directory / name for name in _OFFICE_FILES))
        if known is not None and known[0] == stamp:
            return known
        return stamp, self._open()

    def _open(self) -> Office:
        def pem(name: str) -> bytes:
            return (self._directory / f"{name}.pem").read_bytes()

        trust = load_trust([pem("root")], [pem("issuing")], [pem(name) for name in _LISTS])
        signer = load_signer(
            self._directory / "organisation.key", self._directory / "organisation.pem"
        )
        subject = x509.load_der_x509_certificate(signer.certificate).subject
        details = [f"ИНН {_of(subject, _INN)}", f"ОГРН {_of(subject, _OGRN)}", self._licence]
        timestamps = HttpTimestamps(self._client, self._tsa_url, trust)
        return Office(
            Organisation(
                _of(subject, NameOID.ORGANIZATION_NAME), ", ".join(part for part in details if part)
            ),
            Sealer(signer, timestamps, trust),
            trust,
            timestamps,
            signer.certificate,
        )


def _stamp(*paths: Path) -> Stamp:
    found = (path.stat() for path in paths)
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found)


def _of(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
