"""What the features above do to appointments inside their own transactions.

They show them to staff, and the clinic gives them up or moves them when its hours change. A free
slot becomes a visit here, whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.foundation import clock
from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Cancelled,
    Canceller,
    Entry,
    Step,
)
from services.scheduling.bookings.domain.booking import book, talon_number
from services.scheduling.bookings.domain.details import Wish, needs_of
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.known.domain import check_receives
from services.scheduling.known.store import Known
from services.scheduling.patients.domain import check_policy, engaged, may_book
from services.scheduling.patients.store import Patients
from services.scheduling.reception.store import Receptions
from services.scheduling.timetable.actions import Freeing
from services.scheduling.timetable.domain import HoldEnd, Slot, check_bookable
from services.scheduling.timetable.store import Slots

FOLLOW_VISIT = "video-visit"
"""Looks what became of the visit of an application (C19); its key is the application."""
VISIT = "visit"
"""What is shown, in the journal of looks."""


class Shown(StrEnum):
    """On which occasion staff are shown a visit."""

    FOUND = "found"
    TALON = "talon-checked"
    CANCELLED = "cancelled"
    ROOM = "video-room"


SHOWN_LABELS: Mapping[str, str] = {
    Shown.FOUND: "Запись найдена по запросу сотрудника",
    Shown.TALON: "Талон проверен в регистратуре",
    Shown.CANCELLED: "Запись отменена сотрудником",
    Shown.ROOM: "Врач вошёл в видеокомнату",
}


@dataclass(frozen=True)
class Showing:
    """No member of staff is shown a visit without the line in its patient's journal (K7)."""

    looks: Looks

    async def shown(
        self,
        tx: Transaction,
        visit: Appointment,
        by: Looker,
        occasion: Shown,
        why: str | None = None,
    ) -> Appointment:
        """Write it down; in the transaction of what the answer tells."""
        subject = Subject(VISIT, visit.id, visit.citizen_id)
        await self.looks.record(tx, by, occasion, subject, why=why)
        return visit


@dataclass(frozen=True)
class Taking:
    """One slot, one winner (A4, X1): who takes it is looked at where it is taken."""

    deps: Deps
    slots: Slots
    freeing: Freeing
    known: Known
    receptions: Receptions
    patients: Patients
    appointments: Appointments
    new_talon: Callable[[], int]
    check_url: Callable[[str], str]

    async def take(self, tx: Transaction, wish: Wish) -> Appointment:
        """The appointment that a slot becomes; see `Bookings.book` for what is refused."""
        now, settings = self.deps.now(), self.deps.settings
        slot = await self.slots.get(tx, wish.slot_id)
        check_bookable(slot, now, wish.citizen_id)
        clinic = self.known.clinic_asked(tx, slot.clinic_id)
        reception = self.receptions.asked(tx, slot.clinic_id)
        patient = may_book(await self.patients.get(tx, wish.citizen_id))
        check_receives(await clinic(), slot.day)
        asks = await reception()
        if wish.of_citizen:
            check_policy(patient, asks, slot.day)
        rule = asks.rule(slot.specialty_code, slot.visit.kind, slot.doctor_id)
        appointment_id, number = self.deps.new_id(), talon_number(self.new_talon())
        busier = engaged(
            patient,
            appointment_id,
            slot.visit,
            limit=settings.active_limit,
            per_day=settings.bookings_per_day,
            now=now,
        )
        booked = book(
            slot,
            patient,
            wish,
            appointment_id=appointment_id,
            talon_number=number,
            now=now,
            needs=needs_of(asks, rule, wish.details),
        )
        await self.slots.take(tx, slot, appointment_id)
        await self.freeing.end(tx, replace(slot, appointment_id=appointment_id), HoldEnd.TAKEN)
        await self.patients.engage(tx, busier)
        fact = events.booked(booked, self.check_url(number))
        return await self.appointments.add(tx, booked, fact)


async def followed(tx: Transaction, visit: Appointment) -> None:
    """Whoever ordered the visit for an application looks what became of it."""
    if visit.application_id is not None:
        await tx.set_timer(FOLLOW_VISIT, visit.application_id, clock.now())


@dataclass(frozen=True)
class Why:
    """Why a clinic does it: `code` for machines, `note` for the citizen."""

    code: str
    note: str
    now: datetime


@dataclass(frozen=True)
class ClinicsChanges:
    """What a clinic does to visits that its hours do not have any more; slots are the asker's."""

    appointments: Appointments
    patients: Patients
    new_talon: Callable[[], int]
    check_url: Callable[[str], str]

    async def cancel(self, tx: Transaction, visit: Appointment, why: Why) -> None:
        """The visit is off; its talon is void, and the event tells the citizen."""
        how = Cancelled(why.now, Canceller.CLINIC, why.code)
        off = visit.cancel(how, why.note)
        await self.patients.disengage(tx, off.citizen_id, off.id)
        await self.appointments.save(tx, off, events.cancelled(off, how))
        await followed(tx, off)

    async def move(self, tx: Transaction, visit: Appointment, slot: Slot, why: Why) -> None:
        """The visit is in this slot, which is taken for it; it gets another talon (A9)."""
        entry = Entry(why.now, Step.MOVED, Canceller.CLINIC.value, why.note)
        after = visit.move(slot, talon_number(self.new_talon()), entry)
        await self.patients.shift(tx, after.citizen_id, after.id, after.visit)
        fact = events.moved(
            visit,
            after,
            by=Canceller.CLINIC,
            code=why.code,
            check_url=self.check_url(after.talon_number),
        )
        await self.appointments.save(tx, after, fact)
        await followed(tx, after)
