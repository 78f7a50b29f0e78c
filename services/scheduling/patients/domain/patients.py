"""Patients: what scheduling knows of a citizen, and whether they may take a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.chassis.foundation.errors import (
    AccountBlockedError,
    ForbiddenError,
    NotConfirmedError,
)
from services.scheduling.patients.domain.held import Held, HoldRule, Holds
from services.scheduling.patients.domain.misses import Miss, MissRule
from services.scheduling.patients.errors import (
    REJECTIONS,
    LimitedAfterMissesError,
    OverlapError,
    PolicyRequiredError,
    ProfileNotReceivedError,
    TooManyActiveError,
    TooManyBookingsError,
)
from services.scheduling.reception.domain import Assent, Reception
from services.scheduling.timetable.domain import Slot, Visit
from services.scheduling.timetable.errors import ThereIsTimeError

_DAY = timedelta(days=1)
_NAMED = 5


@dataclass(frozen=True)
class Engagement:
    """An appointment as an entry of its citizen's agenda."""

    appointment_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Tally:
    """Bookings of a day that begins with the first of them, whatever became of them since."""

    since: datetime
    bookings: int

    @property
    def until(self) -> datetime:
        """When the day is over."""
        return self.since + _DAY


@dataclass(frozen=True)
class TemporaryPolicy:
    """A number that support gave to who has no policy (A25)."""

    number: str
    valid_until: date


@dataclass(frozen=True)
class Papers:
    """All of a person that a clinic needs to enter a visit (A36); `known` names their papers."""

    last_name: str
    first_name: str
    birth_date: date
    category: str
    middle_name: str | None = None
    gender: str | None = None
    snils: str | None = None
    oms: str | None = None
    phone: str | None = None
    email: str | None = None
    registration_address: str | None = None
    temporary_policy: TemporaryPolicy | None = None
    known: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Last, first and middle name."""
        names = (self.last_name, self.first_name, self.middle_name)
        return " ".join(name for name in names if name)

    def policy(self, day: date) -> str | None:
        """The policy on that day: the permanent number, else a temporary one that still counts."""
        if self.oms is not None:
            return self.oms
        temporary = self.temporary_policy
        return temporary.number if temporary and day <= temporary.valid_until else None


@dataclass(frozen=True)
class Patient:
    """A confirmed citizen, what they hold, and how often they booked of late."""

    id: str
    full_name: str
    agenda: tuple[Engagement, ...] = ()
    tally: Tally | None = None
    papers: Papers | None = None
    """None: confirmed before papers were told; a clinic then sees them itself."""
    misses: tuple[Miss, ...] = ()
    holds: Holds = field(default_factory=Holds)

    def busy(self, visit: Visit) -> bool:
        """Whether they are to be somewhere else at that time."""
        return any(e.starts_at < visit.ends_at and visit.starts_at < e.ends_at for e in self.agenda)

    def check_time(self, free: Sequence[Slot]) -> None:
        """See that none of these free slots is one to which this patient could come.

        Raises:
            ThereIsTimeError: nobody has to wait, or to ask for a doctor.
        """
        could = [slot for slot in free if not self.busy(slot.visit)]
        if could:
            first = could[0].visit
            ids = [slot.id for slot in could[:_NAMED]]
            raise ThereIsTimeError(first.local(first.starts_at), ids)


@dataclass(frozen=True)
class Known:
    """What events have told of an account; the name comes with a confirmed profile."""

    id: str
    full_name: str | None
    agenda: tuple[Engagement, ...] = ()
    tally: Tally | None = None
    papers: Papers | None = None
    misses: tuple[Miss, ...] = ()
    rejected: bool = False
    blocked: bool = False
    reasons: tuple[str, ...] = ()
    holds: Holds = field(default_factory=Holds)

    @property
    def not_confirmed(self) -> ForbiddenError:
        """Why a person whom the registry does not confirm cannot book: the first known reason."""
        found = (REJECTIONS[reason] for reason in self.reasons if reason in REJECTIONS)
        return next((rejection() for rejection in found), NotConfirmedError())


def may_book(known: Known | None) -> Patient:
    """The patient, or the refusal of what a token that was issued before still allows (I9).

    Raises:
        AccountBlockedError: an administrator closed the account.
        ProfileNotReceivedError: the confirmed profile is not here yet. A rejection alone decides
            nothing: who has a token by now was confirmed after it.
        RejectedError, NotConfirmedError: the registry does not agree with the profile any more.
    """
    if known is not None and known.blocked:
        raise AccountBlockedError
    if known is None or known.full_name is None:
        raise ProfileNotReceivedError
    if known.rejected:
        raise known.not_confirmed
    return Patient(
        known.id,
        known.full_name,
        known.agenda,
        known.tally,
        known.papers,
        known.misses,
        known.holds,
    )


def check_policy(patient: Patient, reception: Reception, day: date) -> None:
    """Check that a clinic which asks for a policy is given one for the day of the visit (e21).

    Raises:
        PolicyRequiredError: there is none; a temporary number would do.
    """
    papers = patient.papers
    if reception.policy_required and papers is not None and papers.policy(day) is None:
        raise PolicyRequiredError


def assent_of(patient: Patient, reception: Reception, day: date) -> Assent:
    """How a booking is confirmed: as the clinic asks, and not without proof where no number is.

    Who has neither a policy nor a СНИЛС proves with a code or a signature who they are (e21).
    """
    papers = patient.papers
    unknown = papers is not None and papers.policy(day) is None and papers.snils is None
    return Assent.CODE if unknown and reception.assent is Assent.BOOKING else reception.assent


def engaged(
    patient: Patient,
    appointment_id: str,
    visit: Visit,
    *,
    limit: int | None,
    per_day: int | None,
    now: datetime,
    misses: MissRule | None = None,
) -> Patient:
    """The patient with this visit in the agenda; past ones leave it.

    What is None does not limit: a clinic's desk books for a caller as it sees fit (K8).

    Raises:
        OverlapError: another visit is at that time.
        LimitedAfterMissesError: A33.
        TooManyActiveError: A32.
        TooManyBookingsError: a day has only so many, cancelled ones count.
    """
    active = [e for e in patient.agenda if e.ends_at > now]
    _check_apart(active, visit)
    if misses is not None:
        until = misses.limited_until(patient.misses, now)
        if until is not None and len(active) >= misses.active:
            raise LimitedAfterMissesError(misses.most, misses.active, visit.local(until))
    if limit is not None and len(active) >= limit:
        raise TooManyActiveError(limit)
    entry = Engagement(appointment_id, visit.starts_at, visit.ends_at)
    return replace(
        patient, agenda=(*active, entry), tally=_one_more(patient.tally, per_day=per_day, now=now)
    )


def shifted(
    patient: Patient, appointment_id: str, visit: Visit, *, per_day: int | None, now: datetime
) -> Patient:
    """The patient with this visit at another time; it is not in its own way.

    Raises:
        OverlapError: another visit is at that time.
        TooManyBookingsError: moves leave talons and messages, too; without `per_day` not counted.
    """
    others = [e for e in patient.agenda if e.ends_at > now and e.appointment_id != appointment_id]
    _check_apart(others, visit)
    tally = _one_more(patient.tally, per_day=per_day, now=now)
    entry = Engagement(appointment_id, visit.starts_at, visit.ends_at)
    return replace(patient, agenda=(*others, entry), tally=tally)


def holding(
    patient: Patient,
    held: Held,
    visit: Visit,
    rule: HoldRule,
    *,
    limit: int,
    per_day: int,
    now: datetime,
    misses: MissRule,
) -> Patient:
    """The patient who holds a slot for this visit; what could not be booked is not held.

    Raises:
        Whatever `engaged` does.
        TooManyHoldsError, TooManyHoldsTodayError: they hold enough (A32).
    """
    engaged(patient, held.hold_id, visit, limit=limit, per_day=per_day, now=now, misses=misses)
    return replace(patient, holds=patient.holds.and_one(held, rule, now))


def _check_apart(others: Iterable[Engagement], visit: Visit) -> None:
    for other in others:
        if other.starts_at < visit.ends_at and visit.starts_at < other.ends_at:
            raise OverlapError(visit.local(other.starts_at))


def _one_more(tally: Tally | None, *, per_day: int | None, now: datetime) -> Tally | None:
    """Each booking leaves an appointment, a sealed talon and messages, also if it is cancelled."""
    if per_day is None:
        return tally
    if tally is None or now >= tally.until:
        return Tally(now, 1)
    if tally.bookings >= per_day:
        raise TooManyBookingsError(per_day, tally.until - now)
    return replace(tally, bookings=tally.bookings + 1)
