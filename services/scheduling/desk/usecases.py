"""Staff find visits: by talon or by citizen, in the clinics of their posts (K7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.http.looks import Asker
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Showing, Shown
from services.scheduling.bookings.domain import Appointment
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

    async def by_talon(self, typed: str, asker: Asker, why: str | None) -> Sequence[Appointment]:
        """The visit of this talon, if it is the asker's to see.

        Raises:
            TalonNumberError: mistyped.
            InvalidInputError: a reason is missing.
        """
        why = asker.because(why)
        found = await self.appointments.by_talon(parse_talon(typed, at="/talon_number"))
        return await self._shown([found] if found else [], asker, why)

    async def of_citizen(
        self, citizen_id: str, asker: Asker, why: str | None
    ) -> Sequence[Appointment]:
        """The citizen's latest visits in the asker's clinics, past and coming.

        Raises:
            InvalidInputError: a reason is missing.
        """
        why = asker.because(why)
        found = await self.appointments.at_clinics(citizen_id, asker.clinics, limit=MOST_FOUND)
        return await self._shown(found, asker, why)

    async def _shown(
        self, found: Sequence[Appointment], asker: Asker, why: str | None
    ) -> Sequence[Appointment]:
        seen = [visit for visit in found if asker.sees(visit.clinic_id)]

        async def work(tx: Transaction) -> None:
            for visit in seen:
                await self.showing.shown(tx, visit, asker.at(visit.clinic_id), Shown.FOUND, why)

        if seen:
            await self.deps.transactions.run(work)
        return seen
