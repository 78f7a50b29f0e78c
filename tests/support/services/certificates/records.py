"""Hospitals and the register of vaccinations around certificates, as tests need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from contracts.envelope import Data, Event
from contracts.orders import DocumentOrdered, EncryptedForm, Paper
from contracts.partners import (
    RecordAnswered,
    RecordedPatient,
    RecordEntry,
    RecordPii,
    Vaccination,
    VaccinationsAnswered,
    VaccinationsPii,
)
from contracts.records import RecordKind, RecordRequested, SoughtPii, VaccinationsRequested
from tests.support.eventually import eventually
from tests.support.service import an_event, deliver, keyed, outbox_events
from tests.support.services.certificates.builders import ANNA
from tests.support.services.certificates.events import Json, profile
from tests.support.services.certificates.office import Office, match
from tests.support.tools.encryption import decrypted, jwe

SNILS = "11223344595"
PERIOD = {"period_from": "2025-01-01", "period_to": "2026-01-01"}
MEASLES = Vaccination(
    vaccine="Вакцина против кори",
    on=date(2013, 5, 14),
    batch="A-1207",
    dose="0,5 мл",
    given_at="Поликлиника № 45",
)
DAY = date(2025, 6, 1)


def entry(kind: str = "exam", title: str = "Приём терапевта", **over: Any) -> RecordEntry:
    """One entry of the period."""
    said: Json = {"kind": RecordKind(kind), "on": DAY, "title": title, "text": "Жалоб нет."}
    return RecordEntry(**(said | over))


RECORD = (
    entry(),
    entry("diagnosis", "Здоров", coding="Z00.0"),
    entry("prescription", "Витамины"),
    entry("result", "Общий анализ крови"),
)


def patient_of(asked: SoughtPii, **over: Any) -> RecordedPatient:
    """Whom the hospital has: the same person, or somebody who differs."""
    return RecordedPatient(**(dict(asked) | over))


async def certificates_ordered(office: Office) -> list[Event[Any]]:
    """The certificates that were ordered without a doctor: no receipts."""
    return _asked(await outbox_events(office.app, DocumentOrdered))


def _asked(events: list[Event[Any]]) -> list[Event[Any]]:
    return [e for e in events if getattr(e.data, "paper", None) != Paper.RECEIPT]


async def questions(office: Office, data: type[Data], *, count: int = 1) -> list[Event[Any]]:
    """What was asked, once it is so often."""

    async def enough() -> list[Event[Any]] | None:
        found = _asked(await outbox_events(office.app, data))
        return found if len(found) >= count else None

    found: list[Event[Any]] = await eventually(enough)
    return found


def record_answers(
    question: Event[Any],
    entries: Sequence[RecordEntry] = RECORD,
    *,
    parts: int = 1,
    found: bool = True,
    **patient: Any,
) -> list[RecordAnswered]:
    """A hospital's answer in so many parts; `patient` is what differs."""
    asked: RecordRequested = question.data
    who = patient_of(decrypted(asked), **patient) if found else None
    pieces = [tuple(entries[n::parts]) for n in range(parts)]
    answers = []
    for part, piece in enumerate(pieces, start=1):
        clear: Json = {
            "request_id": asked.request_id,
            "application_id": asked.application_id,
            "part": part,
        }
        sealed = jwe(RecordAnswered, RecordPii(patient=who, entries=piece), **clear)
        answers.append(
            RecordAnswered(**clear, parts=parts, found=found, pii=EncryptedForm(jwe=sealed))
        )
    return answers


def vaccinations_answer(
    question: Event[Any],
    vaccinations: Sequence[Vaccination] = (MEASLES,),
    *,
    found: bool = True,
    **patient: Any,
) -> VaccinationsAnswered:
    """The register's answer; `patient` is what differs."""
    asked: VaccinationsRequested = question.data
    who = patient_of(decrypted(asked), **patient) if found else None
    clear: Json = {"request_id": asked.request_id, "application_id": asked.application_id}
    pii = VaccinationsPii(patient=who, vaccinations=tuple(vaccinations))
    sealed = jwe(VaccinationsAnswered, pii, **clear)
    return VaccinationsAnswered(**clear, found=found, pii=EncryptedForm(jwe=sealed))


async def answer(
    office: Office, data: Any, question: Event[Any], *, seq: int = 1, cause: str | None = None
) -> str:
    """Deliver an answer to that question; returns the outcome."""
    event = an_event(data, aggregate_id=data.request_id, seq=seq)
    caused = event.model_copy(update={"causationid": cause or question.id})
    return await deliver(office.app, caused)


async def apply_for(
    office: Office, type_code: str, fields: Json, *files: str, **wishes: Any
) -> Json:
    """A submitted application of that type; Anna has a СНИЛС. `wishes`: more of the draft."""
    await office.hear(profile(snils=SNILS), ANNA.account_id)
    opened = await office.http.post(
        "/v1/applications", json={"type": type_code}, headers=office.citizen() | keyed()
    )
    assert opened.status_code == 201, opened.text
    await office.accept(*(f"file-{code}" for code in files))
    attachments = [{"requirement": code, "file_id": f"file-{code}"} for code in files]
    said = {"fields": fields, "attachments": attachments, **wishes}
    draft = await office.edit(opened.json(), said)
    submitted = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json=office.agreed(draft),
        headers=office.citizen() | match(draft),
    )
    assert submitted.status_code == 200, submitted.text
    found: Json = submitted.json()
    return found


async def extract(office: Office, **over: str) -> Json:
    """An extract that was applied for."""
    fields = {"gender": "female", "purpose": "certificate", **PERIOD, **over}
    return await apply_for(office, "card-extract", fields, "policy", "identity")


async def vaccination(office: Office) -> Json:
    """A certificate of vaccinations that was applied for."""
    fields = {
        "gender": "female",
        "registration_address": "г. Москва, ул. Донская, д. 5",
        "purpose": "school",
    }
    return await apply_for(office, "vaccination", fields, "lab-results")


async def stands(office: Office, application: Json, state: str) -> Json:
    """The citizen's view, once it stands there."""

    async def there() -> Json | None:
        found = await office.read(application["id"])
        assert found["state"] == state, found["history"][-1]
        return found

    found: Json = await eventually(there)
    return found
