"""What the clinic's own system says of a visit (A10, A33, A36): believed where it can be true."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.bookings.actions import Marking
from services.scheduling.bookings.domain.appointment import Canceller
from services.scheduling.bookings.domain.marking import Mark, Marker, commented
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps

_CLINIC = Canceller.CLINIC.value


@dataclass(frozen=True)
class Reports:
    """By the rules of the desk: nobody marks the future, nor a visit that is off.

    What the system says under a former talon comes too late, and changes nothing.
    """

    deps: Deps
    appointments: Appointments
    marking: Marking

    async def attendance(
        self,
        appointment_id: str,
        comment: str | None,
        *,
        attended: bool,
        cause: Cause,
        talon_number: str | None = None,
    ) -> None:
        """The patient came, or did not.

        Raises:
            AppointmentUnknownError: nobody booked that, or under this talon.
            RefusalError: see `bookings.domain.marking.mark`.
        """
        said = Mark.ATTENDED if attended else Mark.MISSED

        async def work(tx: Transaction) -> None:
            found = await self.appointments.get(tx, appointment_id, owner=None)
            if not found.is_former(talon_number):
                await self.marking.mark(tx, found, said, Marker(_CLINIC, comment))

        await self.deps.transactions.run(work, cause=cause)

    async def comment(
        self, appointment_id: str, comment: str, *, cause: Cause, talon_number: str | None = None
    ) -> None:
        """Words for the patient, in place of those before.

        Raises:
            AppointmentUnknownError: nobody booked that, or under this talon.
            AlreadyCancelledError: it is off.
        """

        async def work(tx: Transaction) -> None:
            found = await self.appointments.get(tx, appointment_id, owner=None)
            if not found.is_former(talon_number):
                after = commented(found, comment, self.deps.now())
                await self.appointments.save(tx, after)

        await self.deps.transactions.run(work, cause=cause)
