"""Staff find visits: by talon or by citizen, in the clinics of their posts (K7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Showing, Shown
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.talons.domain import parse_talon

MOST_FOUND = 20


@dataclass(frozen=True)
class Desk:
    """What is shown is in the journal first. Another clinic's visits are not found."""

    deps: Deps
    appointments: Appointments
    showing: Showing

    async def by_talon(self, typed: str, reach: Reach, why: str | None) -> Sequence[Appointment]:
        """The visit of this talon, if it is within reach.

        Raises:
            TalonNumberError: mistyped.
            InvalidInputError: a reason is missing.
        """
        why = reach.because(why)
        found = await self.appointments.by_talon(parse_talon(typed, at="/talon_number"))
        return await self._shown([found] if found else [], reach, why)

    async def of_citizen(
        self, citizen_id: str, reach: Reach, why: str | None
    ) -> Sequence[Appointment]:
        """The citizen's latest visits within reach, past and coming.

        Raises:
            InvalidInputError: a reason is missing.
        """
        why = reach.because(why)
        found = await self.appointments.at_clinics(citizen_id, reach.clinics, limit=MOST_FOUND)
        return await self._shown(found, reach, why)

    async def _shown(
        self, found: Sequence[Appointment], reach: Reach, why: str | None
    ) -> Sequence[Appointment]:
        seen = [visit for visit in found if reach.sees(visit.clinic_id)]

        async def work(tx: Transaction) -> None:
            for visit in seen:
                await self.showing.shown(tx, visit, reach.at(visit.clinic_id), Shown.FOUND, why)

        if seen:
            await self.deps.transactions.run(work)
        return seen
