"""Pending visits: what they wait for comes, or their time does (A10–A12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.envelope import Data
from services.chassis.foundation import clock
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.domain.appointment import Appointment, Status
from services.scheduling.bookings.domain.pending import agreed
from services.scheduling.bookings.events import Change, ClinicEvents
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.patients.store import Patients

PENDING = "pending-visit"
"""The timer that looks after a pending visit; its key is the appointment."""


async def awaited(tx: Transaction, visit: Appointment) -> None:
    """Somebody looks after it, where it is pending."""
    if visit.status is Status.PENDING:
        await tx.set_timer(PENDING, visit.id, clock.now())


@dataclass(frozen=True)
class Waiting:
    """Keeps what changed of visits that wait for something, and tells of it."""

    deps: Deps
    appointments: Appointments
    patients: Patients
    check_url: Callable[[str], str]
    for_clinic: ClinicEvents

    async def keep(self, tx: Transaction, before: Appointment, after: Appointment) -> Appointment:
        """Keep the change; a visit that waits for nothing any more is confirmed, and told so."""
        told: list[Data] = []
        if (before.status, after.status) == (Status.PENDING, Status.CONFIRMED):
            told.append(events.confirmed(after, self.check_url(after.talon_number)))
            known = await self.patients.get(tx, after.citizen_id)
            papers = known.papers if known else None
            told.append(self.for_clinic.reported(after, Change.CONFIRMED, papers))
        if before.details.files != after.details.files:
            told.append(events.files_shared(after))
        saved = await self.appointments.save(tx, after, *told)
        await awaited(tx, saved)
        return saved

    async def agree(self, tx: Transaction, visit: Appointment, comment: str | None) -> Appointment:
        """The clinic says that the visit takes place; a cancelled one stays as it is.

        Raises:
            AcceptedAlreadyError: it has answered before.
        """
        after = agreed(visit, comment, self.deps.now())
        return visit if after is visit else await self.keep(tx, visit, after)
