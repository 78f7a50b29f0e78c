"""What becomes of a request when the slot that is held for it is taken, given back, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic
from services.scheduling.known.errors import ClinicUnknownError
from services.scheduling.known.store import Known
from services.scheduling.requests.domain import (
    DUE,
    EndedBy,
    Request,
    next_day_due,
    same_day_due,
)
from services.scheduling.requests.errors import SameDayOverError
from services.scheduling.requests.store import Requests
from services.scheduling.timetable.actions import Calendar
from services.scheduling.timetable.domain import HoldEnd, Slot

_AHEAD = timedelta(days=30)
"""So far the clinic's closed days are looked at."""


@dataclass(frozen=True)
class DeskClock:
    """Until when a desk answers, and the timer that tells of it when it does not."""

    deps: Deps
    known: Known
    calendar: Calendar

    async def due(self, tx: Transaction | None, clinic: Clinic, *, same_day: bool) -> datetime:
        """By the clinic's hours and closed days.

        Raises:
            SameDayOverError: it does not receive any more today.
        """
        now, settings = self.deps.now(), self.deps.settings
        today = now.astimezone(clinic.zone).date()
        closed = await self.calendar.closed(tx, clinic.id, today, today + _AHEAD)
        if same_day:
            return same_day_due(clinic, closed, now, settings.same_day_answer, settings.hotline)
        return next_day_due(clinic, closed, now)

    async def again(self, tx: Transaction, request: Request) -> Request:
        """The desk has to look again, and has as long as before."""
        clinic = await self.known.clinics.find(tx, request.clinic_id)
        if clinic is None:
            raise ClinicUnknownError
        try:
            due = await self.due(tx, clinic, same_day=request.same_day)
        except SameDayOverError:
            due = await self.due(tx, clinic, same_day=False)
        await tx.set_timer(DUE, request.id, due)
        return request.reopened(due)


@dataclass(frozen=True)
class RequestHolds:
    """Told how the hold of a request ends."""

    deps: Deps
    requests: Requests
    clock: DeskClock

    async def ended(self, tx: Transaction, slot: Slot, end: HoldEnd) -> None:
        """It is a visit, was not answered, or is gone: then the desk looks again."""
        assert slot.hold is not None  # noqa: S101 - for the types: told of holds alone
        request = await self.requests.find(tx, slot.hold.id)
        if request is None or request.held is None or request.held.slot_id != slot.id:
            return
        now = self.deps.now()
        if end is HoldEnd.TAKEN:
            after = request.end(EndedBy.BOOKED, now, slot.appointment_id)
        elif end is HoldEnd.GONE:
            after = await self.clock.again(tx, request)
        else:
            after = request.end(EndedBy.UNANSWERED, now)
        await self.requests.save(tx, after)
