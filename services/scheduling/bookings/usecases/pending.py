"""What a pending visit still needs is handed in; or nothing comes, and that has an end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.chassis.foundation.errors import InvalidInputError
from services.chassis.http.looks import Reach
from services.chassis.work.arrivals import arrived
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions import (
    PENDING,
    Cancelling,
    Showing,
    Shown,
    Taking,
    Waiting,
    Why,
    pending_rule,
)
from services.scheduling.bookings.domain.appointment import (
    REPRESENTATIVE,
    Appointment,
    Canceller,
    Entry,
    Status,
    Step,
)
from services.scheduling.bookings.domain.details import Details
from services.scheduling.bookings.domain.pending import (
    NOT_CONFIRMED,
    PendingRule,
    Supplied,
    stalled,
    supplied,
)
from services.scheduling.bookings.errors import AppointmentUnknownError

_TOO_LATE = (
    "Запись не подтверждена: до её времени не поступило то, чего она ждала. Время передано другим."
)


@dataclass(frozen=True)
class Pending:
    """The verbs of citizens, of a clinic's desk, and of the timer `pending-visit`."""

    taking: Taking
    waiting: Waiting
    cancelling: Cancelling
    showing: Showing
    changed: Callable[[], None]

    @property
    def rule(self) -> PendingRule:
        """How long a visit may be pending."""
        return pending_rule(self.taking.deps.settings)

    async def supply(
        self, citizen_id: str, appointment_id: str, what: Supplied, *, actor_id: str | None
    ) -> Appointment:
        """Hand in what is missing; each change begins the day anew (A11, A12).

        Raises:
            AppointmentUnknownError: not there, or not theirs.
            NothingAwaitedError: it does not stand, or has begun.
            TooMuchSuppliedError: so many files, or so often.
            InvalidInputError: a file is not theirs, or not accepted yet.
        """
        known, files = self.taking.known, what.files

        if files:
            await arrived(lambda: known.heard_of_files(files))
        hands = REPRESENTATIVE if actor_id else Canceller.CITIZEN.value

        async def work(tx: Transaction) -> Appointment:
            found = await self.taking.appointments.get(tx, appointment_id, owner=citizen_id)
            own = await known.files_of(tx, citizen_id, files) if files else ()
            given = Details(file_ids=what.file_ids, referral_id=what.referral_id)
            if faults := given.faults(None, own):
                raise InvalidInputError(faults)
            entry = Entry(self.taking.deps.now(), Step.SUPPLIED, hands, actor_id=actor_id)
            after = supplied(found, what, entry)
            return found if after is found else await self.waiting.keep(tx, found, after)

        return await self.taking.deps.transactions.run(work)

    async def agree(self, appointment_id: str, comment: str | None, desk: Reach) -> Appointment:
        """The clinic's desk says that the visit takes place (A10).

        Raises:
            AppointmentUnknownError: no such visit at their clinic.
            AcceptedAlreadyError: the clinic has answered before.
        """

        async def work(tx: Transaction) -> Appointment:
            found = await self.taking.appointments.get(tx, appointment_id, owner=None)
            if not desk.sees(found.clinic_id):
                raise AppointmentUnknownError
            saved = await self.waiting.agree(tx, found, comment)
            await self.showing.shown(tx, saved, desk.at(saved.clinic_id), Shown.ACCEPTED, comment)
            return saved

        return await self.taking.deps.transactions.run(work)

    async def accepted(
        self,
        appointment_id: str,
        comment: str | None,
        *,
        cause: Cause,
        talon_number: str | None = None,
    ) -> None:
        """The clinic's own system has the visit (A36), with its comment: it takes place (A10).

        What it says under a former talon comes too late.

        Raises:
            AppointmentUnknownError: nobody booked that, or under this talon.
            AcceptedAlreadyError: it has answered before.
        """

        async def work(tx: Transaction) -> None:
            found = await self.taking.appointments.get(tx, appointment_id, owner=None)
            if not found.is_former(talon_number):
                await self.waiting.agree(tx, found, comment)

        await self.taking.deps.transactions.run(work, cause=cause)

    async def look(self, due: Due) -> None:
        """Say that nothing has come for a day; let a visit go whose time comes."""
        now, rule = self.taking.deps.now(), self.rule

        async def work(tx: Transaction) -> None:
            found = await self.taking.appointments.find(tx, due.key)
            if found is None or found.status is not Status.PENDING:
                return
            if rule.ends_at(found) <= now:
                why = Why(NOT_CONFIRMED, _TOO_LATE, now)
                await self.cancelling.cancel(tx, found, why.cancelled, why.note)
                return
            stalls_at = rule.stalls_at(found)
            if stalls_at is not None and stalls_at <= now:
                found = stalled(found, now)
                hotline = self.taking.deps.settings.hotline
                await self.taking.appointments.save(tx, found, events.stalled(found, hotline))
            await tx.set_timer(PENDING, found.id, rule.next_look(found))

        await self.taking.deps.transactions.run(work, cause=due)
        self.changed()
