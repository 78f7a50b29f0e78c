"""A clinic gives visits up, or moves them, when its hours change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions.cancelling import Cancelling
from services.scheduling.bookings.actions.following import followed
from services.scheduling.bookings.actions.taking import Taking
from services.scheduling.bookings.actions.waiting import awaited
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Cancelled,
    Canceller,
    Entry,
    Step,
)
from services.scheduling.bookings.domain.booking import talon_number
from services.scheduling.bookings.events import Change
from services.scheduling.timetable.domain import Slot


@dataclass(frozen=True)
class Why:
    """Why a clinic does it: `code` for machines, `note` for the citizen."""

    code: str
    note: str
    now: datetime

    @property
    def cancelled(self) -> Cancelled:
        """By whom and why, where it calls a visit off."""
        return Cancelled(self.now, Canceller.CLINIC, self.code)


@dataclass(frozen=True)
class ClinicsChanges:
    """What a clinic does to visits that its hours do not have any more; slots are the asker's."""

    taking: Taking
    cancelling: Cancelling

    async def cancel(self, tx: Transaction, visit: Appointment, why: Why) -> Appointment:
        """The visit is off; its talon is void, and the event tells the citizen."""
        return await self.cancelling.without_slot(tx, visit, why.cancelled, why.note)

    async def move(self, tx: Transaction, visit: Appointment, slot: Slot, why: Why) -> None:
        """The visit is in this slot, which is taken for it; it gets another talon (A9)."""
        of = self.taking
        entry = Entry(why.now, Step.MOVED, Canceller.CLINIC.value, why.note)
        after = visit.move(slot, talon_number(of.new_talon()), entry)
        patient = await of.patients.get(tx, after.citizen_id)
        await of.patients.shift(tx, after.citizen_id, after.id, after.visit)
        fact = events.moved(
            visit,
            after,
            by=Canceller.CLINIC,
            code=why.code,
            check_url=of.check_url(after.talon_number),
        )
        papers = patient.papers if patient else None
        told = of.for_clinic.reported(after, Change.MOVED, papers, former=visit)
        await of.appointments.save(tx, after, fact, *events.of_files(after), told)
        await followed(tx, after)
        await awaited(tx, after)
