"""A clinic's registrar says no to a visit that waits for the clinic's word (A10).

The yes is among the verbs of pending visits, for the clinic's own system says it, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Cancelling, Showing, Shown, Why
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.domain.details import Need
from services.scheduling.bookings.errors import AppointmentUnknownError, NotPendingError
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps

_REJECTED = "clinic-rejected"


@dataclass(frozen=True)
class Rejecting:
    """The visit is off, with the clinic's comment, and its slot is for who is next."""

    deps: Deps
    appointments: Appointments
    cancelling: Cancelling
    showing: Showing
    changed: Callable[[], None]

    async def reject(self, reach: Reach, appointment_id: str, comment: str) -> Appointment:
        """Say no, and why.

        Raises:
            AppointmentUnknownError: there is none at their clinic.
            NotPendingError: nobody waits for the clinic's word.
        """

        async def work(tx: Transaction) -> Appointment:
            found = await self.appointments.get(tx, appointment_id, owner=None)
            if not reach.sees(found.clinic_id):
                raise AppointmentUnknownError
            if found.cancelled is not None or Need.CLINIC not in found.needs:
                raise NotPendingError
            said = replace(found, clinic_comment=comment)
            why = Why(_REJECTED, comment, self.deps.now())
            off = await self.cancelling.cancel(tx, said, why.cancelled, why.note)
            looker = reach.at(off.clinic_id)
            return await self.showing.shown(tx, off, looker, Shown.REJECTED, comment)

        off = await self.deps.transactions.run(work)
        self.changed()
        return off
