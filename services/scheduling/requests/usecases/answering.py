"""The desk answers: with a free slot, one that it opens, another clinic, or a no (A19, A21, K8).

What it finds is held for who asked, or booked at once where they said so beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.chassis.database.pages import Page
from services.chassis.foundation.errors import RefusalError
from services.chassis.http.looks import Reach
from services.chassis.work.looks import Looks, Subject
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Taking, new_talon
from services.scheduling.bookings.domain.details import Wish
from services.scheduling.deps import Deps
from services.scheduling.hours.actions import Making
from services.scheduling.hours.domain.extra import Extra
from services.scheduling.known.domain import Clinic
from services.scheduling.known.errors import ClinicUnknownError
from services.scheduling.known.store import Known
from services.scheduling.requests import events
from services.scheduling.requests.domain import DUE, REQUEST, SEEN, Request, held_until
from services.scheduling.requests.errors import RequestUnknownError, SlotNotFreeError
from services.scheduling.requests.store import Requests
from services.scheduling.timetable.domain import Hold, HoldKind, Slot


@dataclass(frozen=True)
class Answer:
    """One of three: a slot that is free, one to be opened, or neither; then `comment` says why."""

    comment: str | None = None
    slot_id: str | None = None
    extra: Extra | None = None


@dataclass(frozen=True)
class Answering:
    """For the desk of the clinic, and support everywhere; `changed` is told of slots."""

    deps: Deps
    requests: Requests
    making: Making
    taking: Taking
    known: Known
    looks: Looks
    changed: Callable[[], None]

    async def unanswered(
        self, reach: Reach, *, overdue: bool, after: str | None, limit: int
    ) -> Page[Request]:
        """What waits for an answer within reach, the most urgent first; nobody's data is told."""
        before = self.deps.now() if overdue else None
        return await self.requests.unanswered(
            reach.clinics, due_before=before, after=after, limit=limit
        )

    async def look(self, request_id: str, reach: Reach, why: str | None) -> tuple[Request, str]:
        """One, with whose it is; the look is in their journal (K7).

        Raises:
            RequestUnknownError: not there, or not within reach.
            InvalidInputError: a reason is missing.
        """
        why = reach.because(why)

        async def work(tx: Transaction) -> tuple[Request, str]:
            request = await self._of_desk(tx, request_id, reach)
            known = await self.taking.patients.get(tx, request.citizen_id)
            subject = Subject(REQUEST, request.id, request.citizen_id)
            await self.looks.record(tx, reach.at(request.clinic_id), SEEN, subject, why=why)
            return request, known.full_name or "" if known else ""

        return await self.deps.transactions.run(work)

    async def _of_desk(self, tx: Transaction, request_id: str, reach: Reach) -> Request:
        request = await self.requests.get(tx, request_id, owner=None)
        if not reach.sees(request.clinic_id):
            raise RequestUnknownError
        return request

    async def clinic_of(self, request_id: str, reach: Reach) -> Clinic:
        """The clinic that was asked: its clock is that of an extra visit.

        Raises:
            RequestUnknownError: not there, or not within reach.
        """
        request = await self.requests.get(None, request_id, owner=None)
        clinic = await self.known.clinics.find(None, request.clinic_id)
        if not reach.sees(request.clinic_id):
            raise RequestUnknownError
        if clinic is None:
            raise ClinicUnknownError
        return clinic

    async def answer(self, request_id: str, answer: Answer, reach: Reach) -> Request:
        """Answer once. What cannot be booked at once is held, for the citizen to see why.

        Raises:
            RequestUnknownError: not there, or not within reach.
            AnsweredAlreadyError: somebody was quicker.
            SlotUnknownError, SlotNotFreeError: that slot cannot be had.
            See `Making.open_extra`.
        """

        async def work(tx: Transaction, *, at_once: bool) -> Request:
            request = await self._of_desk(tx, request_id, reach)
            request.check_open()
            await tx.cancel_timer(DUE, request.id)
            now = self.deps.now()
            if answer.slot_id is None and answer.extra is None:
                after = request.declined(answer.comment or "", now)
                return await self.requests.save(tx, after, events.answered(after))
            slot = await self._hold(tx, request, answer)
            assert slot.hold is not None  # noqa: S101 - for the types: it was held here
            after = request.offered(slot, slot.hold.until, answer.comment, now)
            saved = await self.requests.save(tx, after, events.answered(after))
            if not (at_once and request.at_once):
                return saved
            wish = Wish(
                request.citizen_id,
                slot.id,
                request.actor_id,
                hold_id=request.id,
                details=request.details,
            )
            await self.taking.take(tx, wish)
            return await self.requests.get(tx, request.id, owner=None)

        run = self.deps.transactions.run
        try:
            found = await new_talon(lambda: run(lambda tx: work(tx, at_once=True)))
        except RefusalError:
            found = await run(lambda tx: work(tx, at_once=False))
        self.changed()
        return found

    async def _hold(self, tx: Transaction, request: Request, answer: Answer) -> Slot:
        now, usual = self.deps.now(), self.deps.settings.request_hold
        hold = Hold(request.id, HoldKind.REQUEST, request.citizen_id, now + usual)
        if answer.extra is not None:
            if answer.extra.starts_at <= now:
                raise SlotNotFreeError
            until = now + min(usual, (answer.extra.starts_at - now) / 2)
            hold = replace(hold, until=until)
            return await self.making.open_extra(tx, request.clinic_id, answer.extra, hold)
        slot = await self.taking.slots.get(tx, answer.slot_id or "")
        if not slot.free or slot.visit.starts_at <= now:
            raise SlotNotFreeError
        hold = replace(hold, until=held_until(slot, now, usual))
        await self.taking.freeing.hold(tx, slot, hold)
        return replace(slot, hold=hold)
