"""What a citizen asks a clinic's desk for, by when and with what it is answered (A19, A21).

The clock: a same-day request is answered in two hours of the clinic's day, or by its end; any other
by the same time of its next working day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.scheduling.bookings.domain.details import Details
from services.scheduling.known.domain import Clinic
from services.scheduling.requests.errors import (
    AnsweredAlreadyError,
    NothingHeldError,
    RequestedAlreadyError,
    SameDayOverError,
    TooManyRequestsOpenError,
)
from services.scheduling.timetable.domain import Slot, Visit

DUE = "request-due"
"""The timer that tells of a request that nobody answered in time; its key is the request."""
REQUEST = "request"
"""What is shown, in the journal of looks."""
SEEN = "request-seen"
SHOWN_LABELS: Mapping[str, str] = {SEEN: "Запрос врача открыт сотрудником"}
_USUAL = (time(8), time(20))
"""Of a clinic that does not say when it is open."""
_FRIDAY, _YEAR = 5, 366
_SHARE = 2


class State(StrEnum):
    """Where a request is."""

    OPEN = "open"
    OFFERED = "offered"
    ENDED = "ended"


class Outcome(StrEnum):
    """What the desk answered."""

    SLOT = "slot"
    OTHER_CLINIC = "other-clinic"
    DECLINED = "declined"


class EndedBy(StrEnum):
    """Why it is over."""

    BOOKED = "booked"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Held:
    """The slot that the desk found."""

    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    until: datetime


@dataclass(frozen=True)
class Request:
    """A doctor of a specialty (perhaps this one) at a clinic, by `until`. Counters as everywhere.

    `at_once`: what the desk finds is booked without asking again.
    """

    id: str
    citizen_id: str
    clinic_id: str
    specialty: str
    same_day: bool
    until: date
    requested_at: datetime
    due_at: datetime
    doctor_id: str | None = None
    details: Details = field(default_factory=Details)
    at_once: bool = False
    actor_id: str | None = None
    state: State = State.OPEN
    held: Held | None = None
    escalated_at: datetime | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    comment: str | None = None
    ended_by: EndedBy | None = None
    ended_at: datetime | None = None
    visit_id: str | None = None
    version: int = 0
    revision: int = 0

    def overdue(self, now: datetime) -> bool:
        """Whether the desk should have answered."""
        return self.state is State.OPEN and self.due_at <= now

    def check_open(self) -> None:
        """See that the desk may answer.

        Raises:
            AnsweredAlreadyError: it was answered, or withdrawn.
        """
        if self.state is not State.OPEN:
            raise AnsweredAlreadyError

    def standing(self) -> Held:
        """What is held now.

        Raises:
            NothingHeldError: nothing (any more).
        """
        if self.held is None:
            raise NothingHeldError
        return self.held

    def offered(self, slot: Slot, until: datetime, comment: str | None, now: datetime) -> Request:
        """The desk found this slot."""
        here = slot.clinic_id == self.clinic_id
        return replace(
            self,
            state=State.OFFERED,
            held=Held(slot.id, slot.doctor_id, slot.clinic_id, slot.visit, until),
            answered_at=now,
            outcome=Outcome.SLOT if here else Outcome.OTHER_CLINIC,
            comment=comment,
        )

    def declined(self, comment: str, now: datetime) -> Request:
        """There is nothing, and why."""
        told = replace(self, answered_at=now, outcome=Outcome.DECLINED, comment=comment)
        return told.end(EndedBy.DECLINED, now)

    def reopened(self, due_at: datetime) -> Request:
        """What was held is gone: the desk looks again."""
        return replace(
            self,
            state=State.OPEN,
            held=None,
            due_at=due_at,
            escalated_at=None,
            answered_at=None,
            outcome=None,
        )

    def end(self, by: EndedBy, now: datetime, visit_id: str | None = None) -> Request:
        """It is over."""
        return replace(
            self, state=State.ENDED, held=None, ended_by=by, ended_at=now, visit_id=visit_id
        )


def check_new(standing: Iterable[Request], clinic_id: str, specialty: str, limit: int) -> None:
    """See that who has these requests may have another one.

    Raises:
        RequestedAlreadyError: for the same.
        TooManyRequestsOpenError: they have as many as is fair.
    """
    requests = list(standing)
    for request in requests:
        if (request.clinic_id, request.specialty) == (clinic_id, specialty):
            raise RequestedAlreadyError(request.id)
    if len(requests) >= limit:
        raise TooManyRequestsOpenError(limit)


def held_until(slot: Slot, now: datetime, usual: timedelta) -> datetime:
    """How long the citizen has to say yes."""
    return min(now + usual, now + (slot.visit.starts_at - now) / _SHARE)


def same_day_due(
    clinic: Clinic, closed: Mapping[date, str], now: datetime, within: timedelta, hotline: str
) -> datetime:
    """Until when a desk answers who needs a doctor today.

    Raises:
        SameDayOverError: the clinic does not work (any more) today.
    """
    local = now.astimezone(clinic.zone)
    hours = _hours(clinic, closed, local.date())
    if hours is None or hours[1] <= local:
        raise SameDayOverError(hotline)
    begins, ends = hours
    return min(max(local, begins) + within, ends)


def next_day_due(clinic: Clinic, closed: Mapping[date, str], now: datetime) -> datetime:
    """The same time of the clinic's next working day, within its hours."""
    local = now.astimezone(clinic.zone)
    for n in range(1, _YEAR):
        day = local.date() + timedelta(days=n)
        if (hours := _hours(clinic, closed, day)) is not None:
            begins, ends = hours
            return max(begins, min(datetime.combine(day, local.time(), clinic.zone), ends))
    return now + timedelta(days=1)  # a clinic that does not work: support hears of it soon


def _hours(
    clinic: Clinic, closed: Mapping[date, str], day: date
) -> tuple[datetime, datetime] | None:
    """From when to when the clinic works on a day of its own."""
    if day in closed or not clinic.works_on(day):
        return None
    spans = [(h.begins, h.ends) for h in clinic.opening_hours if h.weekday == day.isoweekday()]
    if not clinic.opening_hours and day.isoweekday() <= _FRIDAY:
        spans = [_USUAL]
    if not spans:
        return None
    begins = datetime.combine(day, min(b for b, _ in spans), clinic.zone)
    ends = max(
        datetime.combine(day + timedelta(days=end <= begin), end, clinic.zone)
        for begin, end in spans
    )
    return begins, ends
