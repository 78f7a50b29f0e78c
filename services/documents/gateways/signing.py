"""The notary: prints an order and has it signed by the doctor and the organisation.

Signers are plug-ins found in a directory (see `deploy.pki` for its layout): `doctors/<id>.pem` and
`.key`, `organisation.*`; another kind of signer is another `Signers`. It stores nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from services.chassis.metrics import Metrics
from services.chassis.tracing import outside
from services.documents.domain import Document, SealedContent, Signed
from services.documents.errors import CannotSealError, SealingAwayError
from services.documents.gateways.layouts import Organisation, paper_of
from services.documents.sealing import (
    HttpTimestamps,
    Sealer,
    SealingError,
    SealRequest,
    Signer,
    certificate_xml,
    load_signer,
    load_trust,
    timestamp_client,
)
from services.documents.sealing.errors import KeyFileError, TimestampError
from services.documents.sealing.tsa.client import HttpAnswer
from services.documents.sealing.tsa.connections import Connections

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OGRN = x509.ObjectIdentifier("1.2.643.100.1")
_OFFICE_FILES = ("root.pem", "issuing.pem", "crl.pem", "organisation.key", "organisation.pem")
_INN = x509.ObjectIdentifier("1.2.643.100.4")


class NothingOrderedError(CannotSealError):
    """The document says not what to print."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("nothing-ordered", "Неизвестно, что печатать.")


class MalformedOrderError(CannotSealError):
    """The rows of the order make no form."""

    def __init__(self) -> None:
        """Say what is wrong with them."""
        super().__init__("order-malformed", "Строки документа заданы с ошибкой: ключи повторяются.")


class UnknownDoctorError(CannotSealError):
    """There is no key of this doctor, so nobody can sign."""

    def __init__(self) -> None:
        """Say what is missing, without naming a person."""
        super().__init__(
            "doctor-key-unknown", "Нет ключа электронной подписи врача, одобрившего заявление."
        )


@dataclass(frozen=True)
class Office:
    """What signing needs."""

    organisation: Organisation
    sealer: Sealer


class _Told:
    """The HTTP client of the time-stamp authority; every call of it is told of."""

    def __init__(self, client: Connections, metrics: Metrics) -> None:
        self._client = client
        self._metrics = metrics

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float
    ) -> HttpAnswer:
        with outside("tsa", self._metrics, "stamp", {"http.request.method": "POST"}) as call:
            answer = await self._client.post(url, content=content, headers=headers, timeout=timeout)
            if answer.status_code != HTTPStatus.OK:
                call.refused(f"status-{answer.status_code}")
            return answer

    async def aclose(self) -> None:
        await self._client.aclose()


Stamp = tuple[tuple[int, int, int], ...]
"""What changes when a file does: of each its number, its size and when it was written."""


class Signers:
    """Keys and trust from a directory of PEM files, read again when they change."""

    def __init__(self, directory: Path, *, tsa_url: str, licence: str, metrics: Metrics) -> None:
        """Read nothing yet: the directory may be made while we start."""
        self._directory = directory
        self._tsa_url = tsa_url
        self._licence = licence
        self._client = _Told(timestamp_client(), metrics)
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
            UnknownDoctorError: there is none.
            SealingAwayError: there is one that cannot be used: it may be just being replaced.
        """
        if not _ID.fullmatch(doctor_id):
            raise UnknownDoctorError
        try:
            known = await asyncio.to_thread(
                self._current_doctor, doctor_id, self._doctors.get(doctor_id)
            )
        except FileNotFoundError as error:
            self._doctors.pop(doctor_id, None)
            raise UnknownDoctorError from error
        except (OSError, KeyFileError) as error:
            msg = f"the key of a doctor: {error}"
            raise SealingAwayError(msg) from error
        self._doctors[doctor_id] = known
        return known[1]

    async def close(self) -> None:
        """Drop the connections to the time-stamp authority."""
        await self._client.aclose()

    def _current_doctor(
        self, doctor_id: str, known: tuple[Stamp, Signer] | None
    ) -> tuple[Stamp, Signer]:
        key = self._directory / "doctors" / f"{doctor_id}.key"
        certificate = key.with_suffix(".pem")
        stamp = _stamp(key, certificate)
        if known is not None and known[0] == stamp:
            return known
        return stamp, load_signer(key, certificate)

    def _current_office(self, known: tuple[Stamp, Office] | None) -> tuple[Stamp, Office]:
        # taken before reading: what changes in between is read again the next time
        stamp = _stamp(*(self._directory / name for name in _OFFICE_FILES))
        if known is not None and known[0] == stamp:
            return known
        return stamp, self._open()

    def _open(self) -> Office:
        def pem(name: str) -> bytes:
            return (self._directory / f"{name}.pem").read_bytes()

        trust = load_trust([pem("root")], [pem("issuing")], [pem("crl")])
        signer = load_signer(
            self._directory / "organisation.key", self._directory / "organisation.pem"
        )
        subject = x509.load_der_x509_certificate(signer.certificate).subject
        details = [f"ИНН {_of(subject, _INN)}", f"ОГРН {_of(subject, _OGRN)}", self._licence]
        return Office(
            Organisation(
                _of(subject, NameOID.ORGANIZATION_NAME), ", ".join(part for part in details if part)
            ),
            Sealer(signer, HttpTimestamps(self._client, self._tsa_url, trust), trust),
        )


def _stamp(*paths: Path) -> Stamp:
    found = (path.stat() for path in paths)
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found)


def _of(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


class Notary:
    """Makes sealed documents from orders."""

    def __init__(self, signers: Signers, *, now: Callable[[], datetime]) -> None:
        """Take who signs and the clock (the time-stamps prove what it says)."""
        self._signers = signers
        self._now = now

    async def seal(self, document: Document) -> SealedContent:
        """Print and sign; again gives another, equally good file.

        Raises:
            CannotSealError: never possible as ordered; says why.
            SealingAwayError: not now.
        """
        if document.order is None:
            raise NothingOrderedError
        office = await self._signers.office()
        try:
            request = await self._request(document, office.organisation)
            sealed = await office.sealer.seal(request)
        except SealingError as error:
            # whatever the authority answers says nothing about the document
            if isinstance(error, TimestampError) or not error.permanent:
                msg = f"{error.code}: {error.detail}"
                raise SealingAwayError(msg) from error
            raise CannotSealError(error.code, f"{error.title}. {error.detail}") from error
        return SealedContent(
            sealed.pdf,
            sealed.sha256,
            tuple(
                Signed(s.field, s.signer, s.certificate_serial, s.signed_at)
                for s in sealed.signatures
            ),
        )

    async def close(self) -> None:
        """Drop connections."""
        await self._signers.close()

    async def _request(self, document: Document, organisation: Organisation) -> SealRequest:
        order = document.order
        assert order is not None  # noqa: S101 - `seal` has looked
        try:
            layout, values = paper_of(order, organisation)
        except ValueError as error:
            raise MalformedOrderError from error
        doctor = await self._signers.doctor(order.doctor_id) if order.doctor_id else None
        xml = None
        if layout.attachment is not None:
            xml = certificate_xml(
                layout,
                values,
                number=document.number,
                issued_on=order.issued_on,
                doctor=doctor.info.name if doctor else "",
                verify_url=order.check_url,
            )
        return SealRequest(
            layout=layout,
            values=values,
            number=document.number,
            qr_url=order.check_url,
            issued_on=order.issued_on,
            when=self._now(),
            xml=xml,
            doctor=doctor if layout.doctor_signs else None,
        )
