"""Builders for the tests of certificates: the real catalogue, and a person who applies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contracts.roles import Role
from services.certificates.applications.domain import drafts as filing
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given
from services.certificates.applications.domain.drafts import Agreement, Changes
from services.certificates.applications.domain.parts import Made
from services.certificates.catalogue.domain.catalogue import Catalogue, CertificateType
from services.certificates.catalogue.store.files import load_catalogue
from services.certificates.known.domain.clinics import Choice, Clinic
from services.certificates.known.domain.people import KnownFile, Person
from services.certificates.known.domain.staff import Post, Staff
from services.certificates.reviews.domain import claims, decisions
from services.certificates.settings import Settings

DATA: Path = Settings(demo=True).catalogue
CATALOGUE: Catalogue = load_catalogue(DATA, region="RU")
FORM_086: CertificateType = CATALOGUE.type("086u")

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # a Wednesday, 12:00 in Moscow
LEASE = timedelta(hours=2)
ANNA = Person(
    "citizen-anna", "Соколова", "Анна", "Сергеевна", date(2007, 4, 18), oms="7758890000000128"
)
CLINIC = Clinic(
    id="clinic-1",
    number="45",
    name="Городская поликлиника № 45",
    organisation="ГБУЗ «Городская поликлиника № 45»",
    address="г. Москва, ул. Садовая, д. 12",
    ogrn="1027700000008",
    inn="7706000005",
    licence="Л041-01137-77/00000001",
    licensed_from=date(2020, 1, 10),
    licensed_until=date(2035, 1, 10),
)
CHOSEN = Choice(CLINIC, None)
ORLOVA = Staff(
    "doctor-orlova",
    "Орлова Мария Викторовна",
    "врач-терапевт",
    posts=(Post(Role.DOCTOR, CLINIC.id),),
    specialties=("therapist",),
)
FILLED: Mapping[str, str | None] = {
    "registration_address": "г. Москва, ул. Донская, д. 5, кв. 12",
    "workplace": "ГБОУ «Школа № 57»",
    "purpose": "admission",
    "recipient": "РНИМУ им. Н. И. Пирогова",
    "specialty": "31.05.01 «Лечебное дело»",
}
EXAMINED: Mapping[str, str] = {
    "exam_date": "2026-11-18",
    "therapist": "Здорова",
    "surgeon": "Здорова",
    "neurologist": "Здорова",
    "ophthalmologist": "Vis OD = 1,0 OS = 1,0, здорова",
    "otorhinolaryngologist": "Здорова",
    "fluorography": "17.11.2026 № 20418, без патологии",
    "laboratory": "В пределах нормы",
    "conclusion": "Годна к обучению по специальности 31.05.01 «Лечебное дело»",
}
TESTS = ("blood-count", "biochemistry", "ecg")
AGREED = Agreement(agreed=True, version=CATALOGUE.consent.version)


def a_file(file_id: str, *, owner: str = ANNA.account_id, dpi: int | None = 300) -> KnownFile:
    """An accepted scan."""
    return KnownFile(file_id, owner, "application", "image/jpeg", 200_000, dpi)


def given(*requirements: str) -> tuple[list[Given], dict[str, KnownFile]]:
    """One good file for each of the requirements."""
    names = {code: f"file-{code}" for code in requirements}
    return (
        [Given(code, name) for code, name in names.items()],
        {name: a_file(name) for name in names.values()},
    )


def a_draft(*requirements: str) -> Application:
    """A draft of 086/у with every field filled in and these documents."""
    files, known = given(*requirements)
    empty = filing.draft(
        FORM_086,
        ANNA,
        application_id="app-1",
        citizen_id=ANNA.account_id,
        chosen=CHOSEN,
        now=NOW,
    )
    return filing.edited(empty, FORM_086, ANNA, known, Changes(FILLED, files))


def submit(draft: Application, *, now: datetime = NOW, chosen: Choice = CHOSEN) -> Application:
    """The draft handed in."""
    return filing.submitted(
        draft,
        FORM_086,
        ANNA,
        agreement=AGREED,
        consent=CATALOGUE.consent,
        chosen=chosen,
        tracking_number="4829-1730-5584",
        calendar=CATALOGUE.calendar,
        now=now,
    )


def a_waiting() -> Application:
    """A complete application in the queue."""
    return submit(a_draft("policy", *TESTS))


def a_claimed() -> Application:
    """A complete application on Orlova's desk."""
    return claims.claimed(a_waiting(), FORM_086, doctor=ORLOVA, now=NOW, lease=LEASE)


def approve(
    application: Application, values: Mapping[str, str] = EXAMINED, *, number: str = "N-1"
) -> Application:
    """Orlova approves."""
    return decisions.approved(
        application,
        FORM_086,
        doctor=ORLOVA,
        values=values,
        made=Made("cert-1", number),
        today=CATALOGUE.calendar.day_of(NOW),
        now=NOW,
    )
