"""What is told of a visit: once with its talon, a reminder, and where it was moved to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.notifier.announcements.actions import LATER, Teller
from services.notifier.announcements.domain import WAIT_FOR_TALON, Notice, visit_reminder_at
from services.notifier.announcements.store import Told
from services.notifier.delivery.store import CalledOff
from services.notifier.deps import Deps

TALON_WAIT = "talon-wait"


@dataclass(frozen=True)
class Visits:
    """Decides what is told of a visit, and when."""

    deps: Deps
    told: Told
    called_off_subjects: CalledOff
    teller: Teller

    async def visit_booked(
        self, notice: Notice, *, appointment_id: str, starts_at: datetime, cause: Cause
    ) -> None:
        """Wait for the talon, to tell of both at once, and remember to remind of the visit (N12).

        It does not wait for long: the visit stands, whatever becomes of its talon.
        """

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            if await self.told.has(tx, _moved(appointment_id)):
                return
            waits = {"notice": notice.in_a_timer()}
            await tx.set_timer(TALON_WAIT, appointment_id, self.deps.now() + WAIT_FOR_TALON, waits)
            await self._remind(tx, notice, appointment_id, starts_at)

        await self.deps.transactions.run(work, cause=cause)

    async def visit_moved(
        self, notice: Notice, *, appointment_id: str, starts_at: datetime, seq: int, cause: Cause
    ) -> None:
        """Tell of the new time at once, and remind of that; of the former one nothing any more.

        The newest (`seq`) counts, in whichever order they are heard. Whoever did not hear of the
        booking yet, because its talon was late, hears of this alone.
        """

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            if not await self.told.newest(tx, _moved(appointment_id), seq, self.deps.now()):
                return
            await self.told.first_time(tx, f"booked:{appointment_id}", self.deps.now())
            for kind in (LATER, TALON_WAIT):
                await tx.cancel_timer(kind, appointment_id)
            await self.teller.tell(tx, notice)
            await self._remind(tx, notice, appointment_id, starts_at)

        await self.deps.transactions.run(work, cause=cause)

    async def talon_issued(self, notice: Notice, *, appointment_id: str, cause: Cause) -> None:
        """Tell of the visit with its talon (A6); nobody hears of it twice."""

        async def work(tx: Transaction) -> None:
            await tx.cancel_timer(TALON_WAIT, appointment_id)
            await self._tell_of_visit(tx, appointment_id, notice, talon_ready=True)

        await self.deps.transactions.run(work, cause=cause)

    async def talon_late(self, due: Due) -> None:
        """Tell of a visit whose talon did not come in time."""
        notice = Notice.from_timer(due.payload["notice"], self.deps.now())

        async def work(tx: Transaction) -> None:
            await self._tell_of_visit(tx, due.key, notice, talon_ready=False)

        await self.deps.transactions.run(work, cause=due)

    async def _tell_of_visit(
        self, tx: Transaction, appointment_id: str, notice: Notice, *, talon_ready: bool
    ) -> None:
        """Once for booking and talon together, and not of a visit that was called off."""
        if await self.called_off_subjects.has(tx, appointment_id):
            return
        if not await self.told.first_time(tx, f"booked:{appointment_id}", self.deps.now()):
            return
        context = {**notice.context, "talon_ready": talon_ready}
        await self.teller.tell(tx, replace(notice, id=f"booked:{appointment_id}", context=context))

    async def _remind(
        self, tx: Transaction, notice: Notice, appointment_id: str, starts_at: datetime
    ) -> None:
        at = visit_reminder_at(starts_at, self.deps.now())
        if at:
            later = notice.in_a_timer(template="appointment-reminder")
            payload = {"notice": later, "until": starts_at}
            await tx.set_timer(LATER, appointment_id, at, payload)


def _moved(appointment_id: str) -> str:
    return f"moved:{appointment_id}"
