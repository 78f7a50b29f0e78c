"""A clinic gives visits up, or moves them, when its hours change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions.following import followed
from services.scheduling.bookings.actions.waiting import awaited
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Cancelled,
    Canceller,
    Entry,
    Step,
)
from services.scheduling.bookings.domain.booking import talon_number
from services.scheduling.bookings.events import Change, ClinicEvents
from services.scheduling.bookings.store import Appointments
from services.scheduling.patients.store import Patients
from services.scheduling.timetable.domain import Slot


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
    for_clinic: ClinicEvents

    async def cancel(self, tx: Transaction, visit: Appointment, why: Why) -> Appointment:
        """The visit is off; its talon is void, and the event tells the citizen."""
        how = Cancelled(why.now, Canceller.CLINIC, why.code)
        off = visit.cancel(how, why.note)
        await self.patients.disengage(tx, off.citizen_id, off.id)
        told = self.for_clinic.reported(off, Change.CANCELLED)
        saved = await self.appointments.save(
            tx, off, events.cancelled(off, how), *events.of_files(off), told
        )
        await followed(tx, saved)
        return saved

    async def move(self, tx: Transaction, visit: Appointment, slot: Slot, why: Why) -> None:
        """The visit is in this slot, which is taken for it; it gets another talon (A9)."""
        entry = Entry(why.now, Step.MOVED, Canceller.CLINIC.value, why.note)
        after = visit.move(slot, talon_number(self.new_talon()), entry)
        patient = await self.patients.get(tx, after.citizen_id)
        await self.patients.shift(tx, after.citizen_id, after.id, after.visit)
        fact = events.moved(
            visit,
            after,
            by=Canceller.CLINIC,
            code=why.code,
            check_url=self.check_url(after.talon_number),
        )
        papers = patient.papers if patient else None
        told = self.for_clinic.reported(after, Change.MOVED, papers, former=visit)
        await self.appointments.save(tx, after, fact, *events.of_files(after), told)
        await followed(tx, after)
        await awaited(tx, after)
