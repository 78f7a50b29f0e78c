"""Checking talons, and what becomes of their sealing."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.bookings.actions import Showing, Shown
from services.scheduling.bookings.domain.appointment import Appointment, TalonState
from services.scheduling.bookings.errors import AppointmentUnknownError
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.talons import events
from services.scheduling.talons.domain import Check, check, not_sealed, parse_talon, sealed


@dataclass(frozen=True)
class TalonCheck:
    """What a check found; no appointment where the number is unknown (A8, e26)."""

    number: str
    check: Check
    appointment: Appointment | None

    @property
    def replaced_by(self) -> str | None:
        """The number that counts now, where the visit was moved (d5)."""
        found = self.appointment
        moved = found is not None and self.number in found.former_talons
        return found.talon_number if found and moved else None


@dataclass(frozen=True)
class Talons:
    """Tells whoever has a number what it is worth, and keeps what documents say of the PDF."""

    deps: Deps
    appointments: Appointments
    showing: Showing

    async def check(self, typed: str) -> TalonCheck:
        """What to tell somebody who shows this number.

        Raises:
            TalonNumberError: mistyped.
        """
        number = parse_talon(typed)
        found = await self.appointments.by_talon(number)
        return TalonCheck(number, check(found, number, self.deps.now()), found)

    async def at_desk(self, typed: str, reach: Reach) -> tuple[TalonCheck, bool]:
        """The same at a desk, and whether the visit is there: then it is in the journal (K7).

        Raises:
            TalonNumberError: mistyped.
        """
        found = await self.check(typed)
        visit = found.appointment
        if visit is None or not reach.sees(visit.clinic_id):
            return found, False

        async def work(tx: Transaction) -> None:
            await self.showing.shown(tx, visit, reach.at(visit.clinic_id), Shown.TALON)

        await self.deps.transactions.run(work)
        return found, True

    async def sealed(
        self, appointment_id: str, number: str, document_id: str, *, cause: Cause
    ) -> None:
        """The talon's PDF is there (A6). For a cancelled appointment it is kept, and not announced.

        Raises:
            AppointmentUnknownError: nobody booked that, or under another number.
        """

        async def work(tx: Transaction) -> None:
            found = await self._of(tx, appointment_id, number)
            if found is None:
                return
            after = sealed(found, self.deps.now(), document_id)
            void = after.talon is TalonState.VOID
            facts = [] if void else [events.issued(after, document_id)]
            await self.appointments.save(tx, after, *facts)

        await self.deps.transactions.run(work, cause=cause)

    async def failed(self, appointment_id: str, number: str, reason: str, *, cause: Cause) -> None:
        """The talon cannot be made; recorded, and the visit stands.

        Raises:
            AppointmentUnknownError: nobody booked that, or under another number.
        """

        async def work(tx: Transaction) -> None:
            found = await self._of(tx, appointment_id, number)
            if found is None:
                return
            after = not_sealed(found, self.deps.now(), reason)
            if after is not found:
                await self.appointments.save(tx, after)

        await self.deps.transactions.run(work, cause=cause)

    async def _of(self, tx: Transaction, appointment_id: str, number: str) -> Appointment | None:
        """None: the visit was moved meanwhile, and has another talon."""
        found = await self.appointments.get(tx, appointment_id, owner=None)
        if number in found.former_talons:
            return None
        if found.talon_number != number:
            raise AppointmentUnknownError
        return found
