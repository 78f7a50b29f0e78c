"""A visit is called off here, whoever does it (A9, A13)."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions.following import followed
from services.scheduling.bookings.actions.taking import Taking
from services.scheduling.bookings.domain.appointment import Appointment, Cancelled
from services.scheduling.bookings.events import Change


@dataclass(frozen=True)
class Cancelling:
    """Its citizen is free then, its talon void, its files nobody's to read, and all are told."""

    taking: Taking

    async def cancel(
        self, tx: Transaction, visit: Appointment, how: Cancelled, note: str | None
    ) -> Appointment:
        """Call it off; its slot is for whoever is next."""
        await self.taking.freeing.free(tx, visit.slot_id, appointment_id=visit.id)
        return await self.without_slot(tx, visit, how, note)

    async def without_slot(
        self, tx: Transaction, visit: Appointment, how: Cancelled, note: str | None
    ) -> Appointment:
        """Call it off for an asker who writes its slot."""
        off = visit.cancel(how, note)
        await self.taking.patients.disengage(tx, off.citizen_id, off.id)
        report = self.taking.for_clinic.reported(off, Change.CANCELLED)
        told = (events.cancelled(off, how), *events.of_files(off), report)
        saved = await self.taking.appointments.save(tx, off, *told)
        await followed(tx, saved)
        return saved
