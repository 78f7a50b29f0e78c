"""What is told of a visit: once with its talon, reminders, and where it was moved to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.notifier.announcements.actions import LATER, SOON, Teller
from services.notifier.announcements.domain import (
    WAIT_FOR_TALON,
    Notice,
    When,
    second_reminder_at,
    visit_reminder_at,
)
from services.notifier.announcements.store import Told
from services.notifier.delivery.store import CalledOff
from services.notifier.deps import Deps

TALON_WAIT = "talon-wait"
PENDING = "appointment-pending"
_CONFIRMED = "appointment-confirmed"


@dataclass(frozen=True)
class Visits:
    """Decides what is told of a visit, and when."""

    deps: Deps
    told: Told
    called_off_subjects: CalledOff
    teller: Teller

    async def visit_pending(self, notice: Notice, *, appointment_id: str, cause: Cause) -> None:
        """Tell what is missing (A11). Nobody is reminded of a visit that does not stand yet."""

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            if await self.told.first_time(tx, _pending(appointment_id), self.deps.now()):
                await self.teller.tell(tx, notice)

        await self.deps.transactions.run(work, cause=cause)

    async def visit_stalled(self, notice: Notice, *, appointment_id: str, cause: Cause) -> None:
        """Tell whom to turn to (A12), unless the visit is off or stands by now."""

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            if not await self.told.has(tx, _stands(appointment_id)):
                await self.teller.tell(tx, notice)

        await self.deps.transactions.run(work, cause=cause)

    async def visit_stands(
        self, notice: Notice, *, appointment_id: str, visit: When, seq: int, cause: Cause
    ) -> None:
        """Wait for the talon, to tell of both at once, and remember to remind of the visit (N12).

        It does not wait for long: the visit stands, whatever becomes of its talon. One that was
        pending is told as confirmed.
        """

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            await self.told.first_time(tx, _stands(appointment_id), self.deps.now())
            if await self.told.newer(tx, _moved(appointment_id), seq):
                return
            waits = {"notice": notice.in_a_timer()}
            await tx.set_timer(TALON_WAIT, appointment_id, self.deps.now() + WAIT_FOR_TALON, waits)
            await self._remind(tx, notice, appointment_id, visit)

        await self.deps.transactions.run(work, cause=cause)

    async def visit_moved(
        self,
        notice: Notice,
        *,
        appointment_id: str,
        visit: When,
        seq: int,
        pending: bool,
        cause: Cause,
    ) -> None:
        """Tell of the new time at once, and remind of that; of the former one nothing any more.

        The newest (`seq`) counts, in whichever order they are heard. Whoever did not hear of the
        booking yet, because its talon was late, hears of this alone. Where the visit is pending,
        its confirmation is still told, and reminded of from then on.
        """

        async def work(tx: Transaction) -> None:
            if await self.called_off_subjects.has(tx, appointment_id):
                return
            if not await self.told.newest(tx, _moved(appointment_id), seq, self.deps.now()):
                return
            if not pending:
                await self.told.first_time(tx, _booked(appointment_id), self.deps.now())
            for kind in (LATER, SOON, TALON_WAIT):
                await tx.cancel_timer(kind, appointment_id)
            context = {**notice.context, "pending": pending}
            await self.teller.tell(tx, replace(notice, context=context))
            if not pending:
                await self._remind(tx, notice, appointment_id, visit)

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
        if not await self.told.first_time(tx, _booked(appointment_id), self.deps.now()):
            return
        if await self.told.has(tx, _pending(appointment_id)):
            notice = replace(notice, template=_CONFIRMED)
        context = {**notice.context, "talon_ready": talon_ready}
        await self.teller.tell(tx, replace(notice, id=_booked(appointment_id), context=context))

    async def _remind(
        self, tx: Transaction, notice: Notice, appointment_id: str, visit: When
    ) -> None:
        now = self.deps.now()
        moments = {
            LATER: ("appointment-reminder", visit_reminder_at(visit, now)),
            SOON: ("appointment-soon", second_reminder_at(visit, now)),
        }
        for kind, (template, at) in moments.items():
            if at:
                payload = {"notice": notice.in_a_timer(template=template), "until": visit.starts_at}
                await tx.set_timer(kind, appointment_id, at, payload)


def _booked(appointment_id: str) -> str:
    return f"booked:{appointment_id}"


def _moved(appointment_id: str) -> str:
    return f"moved:{appointment_id}"


def _pending(appointment_id: str) -> str:
    return f"pending:{appointment_id}"


def _stands(appointment_id: str) -> str:
    return f"stands:{appointment_id}"
