"""What became of a visit: who came, who did not, and until when that is put right (A8, A33)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.scheduling.bookings.domain.appointment import (
    STANDING,
    Appointment,
    Entry,
    Status,
    Step,
)
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    MarkTooLateError,
    NotMissedError,
    NotTodayError,
    NotYetError,
    VisitPendingError,
)

MARKED_WITHIN = timedelta(days=7)
"""After the visit; one that nobody marked by then stays as it is, and is nobody's miss."""
CORRECTED_WITHIN = timedelta(days=1)
"""After the mark; a miss may be struck later, too."""


class Mark(StrEnum):
    """What is said of a visit: its patient is there, it took place, nobody came, or not so."""

    CAME = "came"
    ATTENDED = "attended"
    MISSED = "missed"
    STRUCK = "struck"


@dataclass(frozen=True)
class Marker:
    """Who says so, as the history has it, and what they add."""

    by: str
    note: str | None = None


def mark(found: Appointment, said: Mark, marker: Marker, now: datetime) -> Appointment:
    """The visit with what was said of it; the same where it was said before.

    Raises:
        AlreadyCancelledError: it is off.
        NotTodayError: nobody comes on another day.
        NotYetError: nobody knows yet (A33).
        VisitPendingError: it was never confirmed, so nobody missed it.
        MarkTooLateError: what is long past stays as it is.
        NotMissedError: there is no miss to strike.
    """
    visit = found.visit
    if found.cancelled is not None:
        raise AlreadyCancelledError(visit.local(found.cancelled.at))
    rule = {
        Mark.CAME: _came,
        Mark.ATTENDED: _attended,
        Mark.MISSED: _missed,
        Mark.STRUCK: _struck,
    }[said]
    return rule(found, marker, now)


def commented(found: Appointment, comment: str, now: datetime) -> Appointment:
    """The clinic says something else of it to the patient (A10).

    Raises:
        AlreadyCancelledError: it is off.
    """
    if found.cancelled is not None:
        raise AlreadyCancelledError(found.visit.local(found.cancelled.at))
    entry = Entry(now, Step.COMMENTED, "clinic", comment)
    return replace(found, clinic_comment=comment, history=found.history_with(entry))


def _came(found: Appointment, marker: Marker, now: datetime) -> Appointment:
    visit = found.visit
    if found.status not in STANDING or any(e.step is Step.CAME for e in found.history):
        return found
    if visit.local(now).date() != visit.local(visit.starts_at).date():
        raise NotTodayError(visit.local(visit.starts_at))
    return replace(found, history=_with(found, Step.CAME, marker, now))


def _attended(found: Appointment, marker: Marker, now: datetime) -> Appointment:
    if found.status is Status.ATTENDED:
        return found
    if now < found.visit.starts_at:
        raise NotYetError(found.visit.local(found.visit.starts_at))
    _in_time(found, Step.MISSED, now)
    return replace(
        found,
        status=Status.ATTENDED,
        needs=(),
        pending_since=None,
        history=_with(found, Step.ATTENDED, marker, now),
    )


def _missed(found: Appointment, marker: Marker, now: datetime) -> Appointment:
    if found.status is Status.MISSED:
        return found
    if found.status is Status.PENDING:
        raise VisitPendingError
    if now < found.visit.ends_at:
        raise NotYetError(found.visit.local(found.visit.ends_at))
    _in_time(found, Step.ATTENDED, now)
    return replace(found, status=Status.MISSED, history=_with(found, Step.MISSED, marker, now))


def _struck(found: Appointment, marker: Marker, now: datetime) -> Appointment:
    if found.status is not Status.MISSED:
        raise NotMissedError
    return replace(found, status=Status.CONFIRMED, history=_with(found, Step.STRUCK, marker, now))


def _in_time(found: Appointment, corrected: Step, now: datetime) -> None:
    if found.status in STANDING:
        last = found.visit.ends_at + MARKED_WITHIN
    else:
        marked = [e.at for e in found.history if e.step is corrected]
        last = max(marked, default=found.visit.ends_at) + CORRECTED_WITHIN
    if now > last:
        raise MarkTooLateError(found.visit.local(last))


def _with(found: Appointment, step: Step, marker: Marker, now: datetime) -> tuple[Entry, ...]:
    return found.history_with(Entry(now, step, marker.by, marker.note))
