"""Scheduling for tests: builders of its domain, and a handle of the running service.

The handle has clinics, citizens, and a clock to turn.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.clinics import Permit, Practice, Room
from contracts.documents import FileAccepted
from contracts.identity import (
    Category,
    ClinicChanged,
    Post,
    StaffChanged,
    StaffPii,
    StaffRole,
)
from contracts.patients import Paper, PatientConfirmed, PatientPapersPii
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.app import build
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.domain.booking import book
from services.scheduling.bookings.domain.details import Wish
from services.scheduling.changes.actions import APPLY
from services.scheduling.hours.actions import ASK, MAKE
from services.scheduling.known.domain import FOLLOW
from services.scheduling.patients.domain import Patient
from services.scheduling.settings import Settings
from services.scheduling.timetable.api import RecentAnswers
from services.scheduling.timetable.domain import Slot, Visit
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, an_event, deliver, keyed, running
from tests.support.services.region import open_region
from tests.support.tools.encryption import SECRET, encrypted

MONDAY = datetime(2038, 3, 1, 6, tzinfo=UTC)
"""Far from today, so that durable timers rest; the next Monday is a holiday (8 March)."""


START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
VISIT = Visit(
    doctor_name="Орлова Мария Викторовна",
    specialty="Терапевт",
    starts_at=START,
    ends_at=START + timedelta(minutes=15),
    timezone="Europe/Moscow",
    room="214",
    clinic_number="45",
    clinic_name="Городская поликлиника № 45",
    clinic_address="г. Москва, ул. Садовая, д. 12",
)
SLOT = Slot("slot-1", "doctor-orlova", "clinic-1", "therapist", VISIT)
BEFORE = START - timedelta(days=3)


CLINIC = ClinicChanged(
    clinic_id="clinic-1",
    number="45",
    name="Городская поликлиника № 45",
    organisation="ГБУЗ «Городская поликлиника № 45»",
    address="г. Москва, ул. Садовая, д. 12",
    phone="+74950000045",
    timezone="Europe/Moscow",
    ogrn="1027700000008",
    inn="7706000005",
    licence=Permit(number="Л041-01137-77/00000001", issued_on=date(2020, 1, 10)),
    rooms=tuple(Room(number=number) for number in ("118", "214", "215", "307", "402")),
)


def doctor_of(
    doctor_id: str, *clinics: str, full_name: str = "Орлова Мария Викторовна"
) -> StaffChanged:
    """A therapist of these clinics."""
    return StaffChanged(
        account_id=doctor_id,
        active=True,
        posts=tuple(Post(role=StaffRole.DOCTOR, clinic_id=clinic) for clinic in clinics),
        practice=Practice(specialties=("therapist",), practising_since=2009),
        pii=StaffPii(full_name=full_name, position="врач-терапевт", snils="08765430300"),
    )


def booked() -> Appointment:
    """The slot of these tests, booked three days before."""
    patient = Patient("citizen-1", "Соколова Анна Сергеевна")
    wish = Wish(patient.id, SLOT.id)
    return book(
        SLOT, patient, wish, appointment_id="a-1", talon_number="0000-0000-5724", now=BEFORE
    )


SAID = {
    "reason": "first",
    "symptoms": "Кашель две недели, к вечеру температура 37,5.",
    "red_flags": [],
}


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        """Now."""
        return self.now


def person(
    name: str, last: str = "Соколова", first: str = "Анна", middle: str = "Сергеевна", **more: Any
) -> PatientConfirmed:
    """A confirmed person with a policy and a СНИЛС, unless something else is said."""
    given = {"oms": "7758890000000128", "snils": "11223344595", "phone": "+79161234567"} | more
    pii = PatientPapersPii(
        last_name=last, first_name=first, middle_name=middle, birth_date=date(1990, 4, 18), **given
    )
    return PatientConfirmed(
        account_id=name,
        category=Category.CITIZEN,
        papers=tuple(p for p in Paper if given.get(p.value)),
        pii=encrypted(PatientConfirmed, pii, account_id=name),
    )


@dataclass
class Desk:
    """A running scheduling service and the people around it."""

    app: FastAPI
    http: httpx2.AsyncClient
    tokens: Tokens
    clock: Clock
    confirmed: set[str] = field(default_factory=set)

    async def citizen(self, name: str = "citizen-1", **names: Any) -> dict[str, str]:
        """A confirmed citizen that scheduling has heard of; their Authorization header."""
        if name not in self.confirmed:
            event = an_event(person(name, **names), aggregate_id=name)
            assert await deliver(self.app, event) == "handled"
            self.confirmed.add(name)
        return self.tokens.headers(name)

    async def uploaded(self, file_id: str, owner: str = "citizen-1") -> str:
        """Documents took a file of this citizen's; its id."""
        data = FileAccepted(
            file_id=file_id,
            owner_id=owner,
            purpose="attachment",
            media_type="application/pdf",
            size=1000,
            sha256="0" * 64,
            pages=1,
        )
        assert await deliver(self.app, an_event(data, aggregate_id=file_id)) == "handled"
        return file_id

    async def free(self, **asked: Any) -> list[dict[str, Any]]:
        """Free slots."""
        answer = await self.http.get("/v1/slots", params={"limit": 100, **asked})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def late_slot(self, **asked: Any) -> dict[str, Any]:
        """A free slot that is more than two days away."""
        since = (self.clock() + timedelta(days=3)).date().isoformat()
        return (await self.free(**{"from": since, **asked}))[0]

    async def book(
        self,
        who: Mapping[str, str],
        slot_id: str,
        key: Mapping[str, str] | None = None,
        **said: Any,
    ) -> httpx2.Response:
        """Ask for a slot, with what a first visit needs; what is `said` comes instead."""
        headers = {**who, **(key or keyed())}
        body = {"slot_id": slot_id, **SAID, **said}
        return await self.http.post("/v1/appointments", json=body, headers=headers)

    async def booked(self, who: Mapping[str, str], slot_id: str, **said: Any) -> dict[str, Any]:
        """Book a slot that is free."""
        answer = await self.book(who, slot_id, **said)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def late_booking(
        self, doctor_id: str = "doctor-orlova"
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """A citizen's header, and their appointment that is more than two days away."""
        who = await self.citizen()
        slot = await self.late_slot(doctor_id=doctor_id)
        return who, await self.booked(who, slot["id"])

    async def read(self, who: Mapping[str, str], booked: Mapping[str, Any]) -> dict[str, Any]:
        """The appointment as its citizen sees it now."""
        answer = await self.http.get(f"/v1/appointments/{booked['id']}", headers=who)
        found: dict[str, Any] = answer.json()
        return found

    async def cancel(self, who: Mapping[str, str], appointment_id: str) -> httpx2.Response:
        """Ask for a cancellation."""
        return await self.http.post(f"/v1/appointments/{appointment_id}/cancellation", headers=who)


@asynccontextmanager
async def scheduling(
    platform: Platform,
    database: str,
    tokens: Tokens,
    *,
    seams: Mapping[str, Any] | None = None,
    region: bool = True,
    **over: Any,
) -> AsyncIterator[Desk]:
    """The service, running; `over` are settings, `seams` those of `build`.

    With a `region` it has the demo's clinics, doctors and timetables.
    """
    turned = Clock()
    secrets = {"patients_secret": SECRET, "visits_secret": SECRET}
    settings = Settings(database=database, platform=platform, **(secrets | over))
    seams = {"fetch_keys": tokens.fetch, "publisher": Collector(), "now": turned, **(seams or {})}
    app = build(settings, **seams)
    async with running(app) as http:
        if region:
            await open_region(app)
        await slots_made(app)
        yield Desk(app, http, tokens, turned)


async def region_in(platform: Platform, database: str) -> None:
    """Leave the demo's region in a database, with its slots from today on, for another process."""
    quiet = platform.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    app = build(
        Settings(database=database, platform=quiet, patients_secret=SECRET, visits_secret=SECRET),
        fetch_keys=Tokens().fetch,
        publisher=Collector(),
    )
    async with app.router.lifespan_context(app):
        await open_region(app)
        await slots_made(app)


async def slots_made(app: FastAPI) -> None:
    """Wait until no timer is at the slots: all coming days of all timetables are made."""
    timers = find(app, Runtime).mongo.db["timers"]
    kinds = {"kind": {"$in": [MAKE, FOLLOW, APPLY, ASK]}, "state": "waiting"}

    async def made() -> bool:
        soon = {"due_at": {"$lte": datetime.now(UTC) + timedelta(seconds=10)}}
        busy = {**kinds, "$or": [{"attempts": {"$gt": 0}}, soon]}
        return await timers.count_documents(busy) == 0

    assert await eventually(made, within=30)
    find(app, RecentAnswers).changed()  # the last timer may not have said so yet
