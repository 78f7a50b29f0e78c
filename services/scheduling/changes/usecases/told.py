"""The list of who was told of a change, and of what (e27, A16)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.roles import Role
from services.chassis.database.pages import Page
from services.chassis.http.auth import Principal
from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Showing, Shown
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.store import Appointments
from services.scheduling.changes.domain import Settlement
from services.scheduling.changes.store import Changes, Settlements
from services.scheduling.deps import Deps

_ROLES = (Role.REGISTRAR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Told:
    """Who is named is shown: each line is in its patient's journal (K7)."""

    deps: Deps
    changes: Changes
    settlements: Settlements
    appointments: Appointments
    showing: Showing

    async def of_change(
        self, who: Principal, clinic_id: str, change_id: str, *, after: str | None, limit: int
    ) -> Page[tuple[Settlement, Appointment]]:
        """What became of the visits of a change, in the order of what was done.

        Raises:
            ChangeUnknownError: no such change in this clinic.
        """
        await self.changes.get(None, change_id, owner=clinic_id)
        page = await self.settlements.of_change(change_id, after=after, limit=limit)

        async def work(tx: Transaction) -> list[tuple[Settlement, Appointment]]:
            ids = [one.appointment_id for one in page.items]
            visits = await self.appointments.these(tx, ids)
            by = Reach(who, _ROLES).at(clinic_id)
            for visit in visits.values():
                await self.showing.shown(tx, visit, by, Shown.LISTED)
            return [(one, visits[one.appointment_id]) for one in page.items]

        found = await self.deps.transactions.run(work) if page.items else []
        return Page(tuple(found), page.next_cursor)
