"""The documents service on real servers: its app, a time-stamp authority, uploads and orders."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from joserfc.jwk import ECKey

from contracts.certificates import CertificateRevoked, ReviewEnded, ReviewStarted
from contracts.orders import (
    ApplicationApprovedV2,
    CertificatePii,
    DocumentOrdered,
    EncryptedForm,
    Paper,
    PrintedField,
)
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    CancelledBy,
    PatientPii,
    Visit,
)
from contracts.signing import digest_of
from deploy.world.pki import Doctor, ensure_pki
from deploy.world.pki.desk import Desk
from deploy.world.tsa.authority import load_authority
from deploy.world.tsa.server import serve
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.http.keys import FetchKeys
from services.documents.app import build
from services.documents.sealed.usecases import Documents
from services.documents.settings import Settings
from services.documents.uploads.usecases.uploading import Uploads
from tests.support.pem_keys import PemSigning
from tests.support.service import Tokens, keyed, running
from tests.support.tools.encryption import SECRET, jwe

FORM = (
    PrintedField(key="name", label="Фамилия, имя, отчество", value="Соколова Анна Сергеевна"),
    PrintedField(key="birth_date", label="Дата рождения", value="18.04.2007"),
    PrintedField(key="conclusion", label="Заключение", value="Годна к обучению."),
)

DOCTOR = Doctor("doctor-orlova", "Орлова Мария Викторовна", "08765430300", "врач-терапевт")


@dataclass
class DocumentsService:
    """A running documents service and what talks to it."""

    app: FastAPI
    client: httpx2.AsyncClient
    tokens: Tokens

    @property
    def uploads(self) -> Uploads:
        """The verbs about uploads."""
        return find(self.app, Uploads)

    @property
    def documents(self) -> Documents:
        """The verbs about sealed documents."""
        return find(self.app, Documents)

    async def upload(
        self,
        citizen: str,
        content: bytes,
        *,
        purpose: str | None = "attachment",
        name: str = "скан.pdf",
        key: str | None = None,
        roles: tuple[str, ...] = (),
    ) -> httpx2.Response:
        """Send one file as this citizen, or as somebody with other roles."""
        headers = self.tokens.headers(citizen, *roles) | (
            {"Idempotency-Key": key} if key else keyed()
        )
        return await self.client.post(
            "/v1/files",
            files={"file": (name, content, "application/x-whatever")},
            data={"purpose": purpose} if purpose else {},
            headers=headers,
        )

    async def get(self, path: str, who: str, *roles: str) -> httpx2.Response:
        """Read as somebody."""
        return await self.client.get(path, headers=self.tokens.headers(who, *roles))

    async def link(self, path: str, who: str, *roles: str) -> httpx2.Response:
        """Ask for a link as somebody."""
        return await self.client.post(f"{path}/links", headers=self.tokens.headers(who, *roles))


SIGNER = Tokens(
    ECKey.import_key(
        ec.derive_private_key(0x086, ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        {"kid": "signer"},
    )
)
"""Identity as far as doctors' acts go: the same in every process of a test."""


def keys_with_signers(tokens: Tokens) -> FetchKeys:
    """The keys of a test's identity, and of the doctors' acts in `approved`."""

    async def fetch() -> dict[str, Any]:
        return {"keys": [*tokens.key_set()["keys"], *SIGNER.key_set()["keys"]]}

    return fetch


@asynccontextmanager
async def documents_running(
    platform: Platform,
    database: str,
    tokens: Tokens,
    *,
    pki: Path,
    tsa_url: str,
    settings: Mapping[str, Any] | None = None,
    **seams: Any,
) -> AsyncIterator[DocumentsService]:
    """The service with buckets of its own; `settings` replaces some."""
    usual = settings_of(platform, database, pki, tsa_url)
    changed = usual.model_copy(update=settings or {})
    seams = {"signing": PemSigning} | seams
    app = build(changed, fetch_keys=keys_with_signers(tokens), **seams)
    async with running(app) as client:
        yield DocumentsService(app, client, tokens)


def settings_of(platform: Platform, database: str, pki: Path, tsa_url: str) -> Settings:
    """Settings with buckets that no other test has."""
    bucket = database.replace("_", "-")
    return Settings(
        database=database,
        platform=platform,
        orders_secret=SECRET,
        letters_secret=SECRET,
        keys_secret=SECRET,
        pki_dir=pki,
        tsa_url=tsa_url,
        bucket_uploads=f"{bucket}-uploads",
        bucket_sealed=f"{bucket}-sealed",
    )


def make_pki(directory: Path) -> Path:
    """A demo PKI with one doctor."""
    ensure_pki(directory, [DOCTOR])
    return directory


@asynccontextmanager
async def time_stamping(pki: Path, port: int = 0) -> AsyncIterator[str]:
    """A time-stamp authority over HTTP, with the demo's desk; gives its address."""
    server = await serve(load_authority(pki), "127.0.0.1", port, Desk(pki))
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


def review_started(
    citizen: str, doctor: str, files: tuple[str, ...], *, application: str
) -> ReviewStarted:
    """A doctor took an application."""
    return ReviewStarted(
        application_id=application,
        tracking_number="MZ-1",
        citizen_id=citizen,
        certificate_title="Справка 086/у",
        doctor_id=doctor,
        attachments=files,
    )


def review_ended(doctor: str, *, application: str) -> ReviewEnded:
    """The doctor is done with an application."""
    return ReviewEnded(application_id=application, doctor_id=doctor)


def approved(
    citizen: str,
    *,
    application: str | None = None,
    form: Sequence[PrintedField] = FORM,
    **changed: Any,
) -> ApplicationApprovedV2:
    """An approved application with the form to be printed, and the doctor's act for it.

    `changed` replaces fields.
    """
    application = application or secrets.token_hex(8)
    known: dict[str, Any] = {
        "application_id": application,
        "tracking_number": "MZ-1",
        "citizen_id": citizen,
        "certificate_id": f"c-{application}",
        "certificate_type": "086u",
        "certificate_title": "Медицинская справка 086/у",
        "number": f"086-{application[:8].upper()}",
        "doctor_id": DOCTOR.id,
        "organisation_id": "clinic-1",
        "issued_on": date(2026, 11, 21),
        "valid_until": date(2027, 5, 21),
        "verify_url": f"http://127.0.0.1:8080/verify/086-{application[:8].upper()}",
    }
    said = known | changed
    named = (said["application_id"], said["certificate_type"], said["organisation_id"])
    act = SIGNER.act(said["doctor_id"], digest_of(*named, form))
    plain = CertificatePii(fields=tuple(form), act=act)
    sealed = EncryptedForm(jwe=jwe(ApplicationApprovedV2, plain, **said))
    return ApplicationApprovedV2(**{"pii": sealed} | said)


def ordered(
    citizen: str,
    *,
    paper: Paper = Paper.CERTIFICATE,
    form: Sequence[PrintedField] = FORM,
    **changed: Any,
) -> DocumentOrdered:
    """A paper that no doctor signs. `changed` replaces fields."""
    application = secrets.token_hex(8)
    known: dict[str, Any] = {
        "application_id": application,
        "citizen_id": citizen,
        "paper": paper,
        "number": f"086-{application[:8].upper()}",
        "form": "vaccination",
        "title": "Справка о прививках",
        "organisation_id": "clinic-1",
        "issued_on": date(2026, 11, 21),
        "valid_until": date(2027, 5, 21),
        "check_url": f"http://127.0.0.1:8080/verify/086-{application[:8].upper()}",
    }
    said = known | changed
    sealed = EncryptedForm(jwe=jwe(DocumentOrdered, CertificatePii(fields=tuple(form)), **said))
    return DocumentOrdered(**{"pii": sealed} | said)


def form_of_name(value: str) -> tuple[PrintedField, ...]:
    """A form of one row."""
    return (PrintedField(key="name", label="Имя", value=value),)


_VISIT = datetime(2026, 11, 23, 7, 20, tzinfo=UTC)


def booked(citizen: str, starts_at: datetime = _VISIT) -> AppointmentBooked:
    """An appointment that needs its talon."""
    return AppointmentBooked(
        appointment_id=secrets.token_hex(8),
        talon_number="A-2026-004512-7",
        citizen_id=citizen,
        slot_id="s1",
        doctor_id=DOCTOR.id,
        clinic_id="clinic-1",
        visit=Visit(
            doctor_name="Орлова Мария Викторовна",
            specialty="Терапевт",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=20),
            timezone="Europe/Moscow",
            room="214",
            clinic_number="45",
            clinic_name="Городская поликлиника № 45",
            clinic_address="г. Москва, ул. Садовая, д. 12",
        ),
        check_url="http://127.0.0.1:8080/talon/A-2026-004512-7",
        pii=PatientPii(full_name="Соколова Анна Сергеевна"),
    )


def moved(before: AppointmentBooked, number: str) -> AppointmentMoved:
    """The same visit with another doctor, under another number."""
    kept = before.model_dump(exclude={"talon_number", "visit", "doctor_id", "check_url"})
    return AppointmentMoved(
        **kept,
        talon_number=number,
        former_talon_number=before.talon_number,
        doctor_id="doctor-kuznetsov",
        visit=before.visit.model_copy(update={"doctor_name": "Кузнецов Игорь Павлович"}),
        former_visit=before.visit,
        moved_by=CancelledBy.CLINIC,
        reason_code="doctor-absent",
        check_url=f"http://127.0.0.1:8080/talon/{number}",
    )


def revoked(order: ApplicationApprovedV2) -> CertificateRevoked:
    """What was approved is in force no more."""
    return CertificateRevoked(
        certificate_id=order.certificate_id,
        application_id=order.application_id,
        citizen_id=order.citizen_id,
        certificate_title=order.certificate_title,
        number=order.number,
        document_id="whatever-it-became",
        revoked_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        reason_code="issued-by-mistake",
        reason="Диагноз указан ошибочно.",
    )


def cancelled(visit: AppointmentBooked) -> AppointmentCancelled:
    """The appointment is off."""
    return AppointmentCancelled(
        appointment_id=visit.appointment_id,
        talon_number=visit.talon_number,
        citizen_id=visit.citizen_id,
        slot_id=visit.slot_id,
        doctor_id=visit.doctor_id,
        clinic_id=visit.clinic_id,
        visit=visit.visit,
        cancelled_by=CancelledBy.CITIZEN,
        reason_code="citizen",
    )
