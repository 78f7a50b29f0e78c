"""Who waits for which slots, and how long one that is free is held for them (A17, A18, A37).

The first in line is who joined first. An offer stands for some minutes; by night (22 to 8 on the
clinic's clock) until so many after 8, and never longer than half of the time that is left to the
visit: the next in line need some, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.scheduling.bookings.domain.details import Details
from services.scheduling.timetable.domain import Slot, Visit
from services.scheduling.waitlist.errors import (
    DaysPastError,
    DaysTooFarError,
    NoOfferError,
    TooManyWaitsError,
    WaitingAlreadyError,
)

PAST = "wait-past"
"""The timer that ends a wait when its last day is over; its key is the wait."""
_DAY = 24 * 60
_EVENING, _MORNING = time(22), time(8)
_SHARE = 2  # of the time until the visit, how much of it one offer may take
_SHORTEST = timedelta(minutes=2)
_PASSED = 200  # slots; what was passed longest ago is over


class State(StrEnum):
    """Where a wait is."""

    WAITING = "waiting"
    OFFERED = "offered"
    ENDED = "ended"


class EndedBy(StrEnum):
    """Why it is over."""

    BOOKED = "booked"
    LEFT = "left"
    PAST = "past"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Sought:
    """Which slots: of a doctor, or of a specialty at some clinics. Days and minutes are theirs.

    `begins` are the minutes of the day from the first to before the second, over midnight where
    the second is not later.
    """

    since: date
    until: date
    doctor_id: str | None = None
    specialty: str | None = None
    clinic_ids: tuple[str, ...] = ()
    begins: tuple[int, int] | None = None
    kind: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """What a slot is looked up by: see `keys_of`."""
        if self.doctor_id is not None:
            return (_of_doctor(self.doctor_id),)
        return tuple(_of_clinic(self.specialty or "", clinic) for clinic in self.clinic_ids)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The minutes of one day in which a slot may begin, from the first to before the end."""
        if self.begins is None:
            return ((0, _DAY),)
        first, end = self.begins
        return ((first, end),) if first < end else ((first, _DAY), (0, end))

    def fits(self, slot: Slot) -> bool:
        """Whether such a slot is waited for."""
        return (
            not keys_of([slot]).isdisjoint(self.keys)
            and self.since <= slot.day <= self.until
            and self.kind in {None, slot.visit.kind}
            and any(first <= slot.minute < end for first, end in self.spans)
        )

    def meets(self, other: Sought) -> bool:
        """Whether one slot could be waited for by both."""
        return (
            not {*self.keys}.isdisjoint(other.keys)
            and self.since <= other.until
            and other.since <= self.until
            and (self.kind is None or other.kind is None or self.kind == other.kind)
        )

    def over_at(self, zones: Iterable[ZoneInfo]) -> datetime:
        """When its last day has ended in all of these zones."""
        day = self.until + timedelta(days=1)
        return max(datetime.combine(day, time(), zone) for zone in zones)


def keys_of(slots: Iterable[Slot]) -> set[str]:
    """By which of their keys waits for one of these slots are found."""
    return {
        key
        for slot in slots
        for key in (_of_doctor(slot.doctor_id), _of_clinic(slot.specialty_code, slot.clinic_id))
    }


def _of_doctor(doctor_id: str) -> str:
    return f"d:{doctor_id}"


def _of_clinic(specialty: str, clinic_id: str) -> str:
    return f"s:{specialty}:{clinic_id}"


@dataclass(frozen=True)
class Offer:
    """A slot that is held until then. A `short` one is none that anybody has to answer."""

    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    until: datetime
    short: bool = False


@dataclass(frozen=True)
class Wait:
    """A place in line. `passed` are slots that it had its turn at; `missed` counts unanswered ones.

    A `preliminary` one has all that a booking needs, and is one as soon as its citizen says yes to
    a slot (A37). `keys` are kept as they are looked up by. The last two are counted by the store.
    """

    id: str
    citizen_id: str
    sought: Sought
    joined_at: datetime
    keys: tuple[str, ...]
    details: Details = field(default_factory=Details)
    preliminary: bool = False
    actor_id: str | None = None
    state: State = State.WAITING
    offer: Offer | None = None
    missed: int = 0
    passed: tuple[str, ...] = ()
    ended_by: EndedBy | None = None
    ended_at: datetime | None = None
    visit_id: str | None = None
    version: int = 0
    revision: int = 0

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.state is not State.ENDED

    def wants(self, slot: Slot) -> bool:
        """Whether the slot may be offered."""
        return self.sought.fits(slot) and slot.id not in self.passed

    def offered(self, offer: Offer) -> Wait:
        """It is this one's turn."""
        return replace(self, state=State.OFFERED, offer=offer)

    def passes(self, slot_id: str) -> Wait:
        """This slot is not offered (again)."""
        return replace(self, passed=(*self.passed, slot_id)[-_PASSED:])

    def free_again(self) -> Wait:
        """Nothing is offered any more; its place is the same."""
        return replace(self, state=State.WAITING, offer=None)

    def missed_one(self) -> Wait:
        """The offer ran out; a short one had nobody's time."""
        counts = self.offer is not None and not self.offer.short
        return replace(self.free_again(), missed=self.missed + counts)

    def end(self, by: EndedBy, now: datetime, visit_id: str | None = None) -> Wait:
        """It is over."""
        return replace(
            self, state=State.ENDED, offer=None, ended_by=by, ended_at=now, visit_id=visit_id
        )

    def standing(self) -> Offer:
        """What is offered now.

        Raises:
            NoOfferError: nothing (any more).
        """
        if self.offer is None:
            raise NoOfferError
        return self.offer


def offer(slot: Slot, now: datetime, usual: timedelta) -> Offer | None:
    """The slot for the next in line; None where the visit is so near that everybody may have it."""
    wanted = _awake(slot.visit.local(now)) + usual
    until = min(wanted, now + (slot.visit.starts_at - now) / _SHARE)
    if until - now < _SHORTEST:
        return None
    short = until < wanted
    return Offer(slot.id, slot.doctor_id, slot.clinic_id, slot.visit, until, short)


def _awake(local: datetime) -> datetime:
    """Now, or 8 o'clock of this night."""
    if _MORNING <= local.time() < _EVENING:
        return local
    day = local.date() + timedelta(days=local.time() >= _EVENING)
    return datetime.combine(day, _MORNING, local.tzinfo)


def check_days(sought: Sought, today: date, most: int) -> None:
    """See that the days can come, and are not further than so many days from today.

    Raises:
        DaysPastError: they are over.
        DaysTooFarError: nobody is in line for so long.
    """
    if sought.until < max(today, sought.since):
        raise DaysPastError(today)
    last = today + timedelta(days=most)
    if sought.until > last:
        raise DaysTooFarError(last)


def check_line(sought: Sought, standing: Iterable[Wait], limit: int) -> None:
    """See that who has these places in line may have this one, too.

    Raises:
        WaitingAlreadyError: they wait for the same slots.
        TooManyWaitsError: they have as many as is fair.
    """
    waits = list(standing)
    for wait in waits:
        if wait.sought.meets(sought):
            raise WaitingAlreadyError(wait.id)
    if len(waits) >= limit:
        raise TooManyWaitsError(limit)
