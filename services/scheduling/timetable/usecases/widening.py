"""What is tried where a search finds nothing: with one wish less each time (A20, e28, e29, e30)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.scheduling.known.domain import Near, Place, Wanted
from services.scheduling.timetable.domain import ClosedDay, FreeTime, Lack

_FURTHER_KM = 500.0
_WEEKS = timedelta(days=31)


@dataclass(frozen=True)
class Widening:
    """A wider question, and why the one before it found nothing if this one finds something."""

    lack: Lack
    wanted: Wanted
    when: FreeTime


def widenings(wanted: Wanted, when: FreeTime, place: Place | None) -> Iterator[Widening]:
    """Wider questions, in the order in which people give way; the profile is kept in all.

    Days first (after them, then before), then hours, then the doctor and the clinic (around
    `place`, if it is known), then what else was asked for.
    """
    if when.until is not None:
        yield Widening(Lack.OUTSIDE, wanted, replace(when, until=None))
    if when.since is not None:
        yield Widening(Lack.OUTSIDE, wanted, replace(when, since=None, until=None))
    if when.begins is not None:
        yield Widening(Lack.HOURS, wanted, replace(when, begins=None))
        yield Widening(Lack.HOURS, wanted, FreeTime(when.doctor_id, kind=when.kind))
    near = Near(place, _FURTHER_KM) if place is not None else None
    there = wanted.clinic_id is not None or when.doctor_id is not None
    wider = replace(wanted, clinic_id=None, near=near)
    if wanted.near is not None or (there and wanted.specialty is not None):
        lack = Lack.NOT_HERE if there else Lack.TOO_FAR
        yield Widening(lack, wider, FreeTime(since=when.since, kind=when.kind))
    if wanted.specialty is not None or not there:
        plain = Wanted(specialty=wanted.specialty, near=near)
        if (plain, when.kind) != (wider, None):
            yield Widening(Lack.TOO_NARROW, plain, FreeTime())


def all_closed(when: FreeTime, closed: Sequence[ClosedDay], clinics: Sequence[str]) -> bool:
    """Whether these clinics (none: any) work on no day of those that are wanted (e30)."""
    if when.since is None or when.until is None or when.until - when.since > _WEEKS:
        return False
    shut = {(day.day, day.clinic_id) for day in closed}
    wanted = [*_days(when.since, when.until)]
    where: Sequence[str | None] = clinics or [None]
    return bool(wanted) and shut >= {(day, clinic) for day in wanted for clinic in where}


def _days(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(days=n) for n in range((until - since).days + 1))
