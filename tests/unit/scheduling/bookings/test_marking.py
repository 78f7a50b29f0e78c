"""What is said of a visit, by when, and what follows of misses (A8, A33)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Cancelled,
    Canceller,
    Status,
    Step,
)
from services.scheduling.bookings.domain.details import Need
from services.scheduling.bookings.domain.marking import Mark, Marker, mark
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    MarkTooLateError,
    NotMissedError,
    NotTodayError,
    NotYetError,
    VisitPendingError,
)
from services.scheduling.patients.domain import Miss, MissRule, Patient, engaged
from services.scheduling.patients.errors import LimitedAfterMissesError
from tests.support.services.scheduling import BEFORE, START, VISIT, booked

DESK = Marker("clinic")
END = VISIT.ends_at
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = MissRule(most=3, within=90 * DAY, limited=30 * DAY, active=1)


def _marked(said: Mark, at: datetime, found: Appointment | None = None) -> Appointment:
    return mark(found or booked(), said, DESK, at)


def test_a_patient_checks_in_on_the_day() -> None:
    """A8: early, late, once; on another day they are told which."""
    came = _marked(Mark.CAME, START - HOUR)
    assert (came.status, came.history[-1].step) == (Status.CONFIRMED, Step.CAME)
    assert _marked(Mark.CAME, START, came) is came
    assert _marked(Mark.CAME, END + HOUR).history[-1].step is Step.CAME
    with pytest.raises(NotTodayError):
        _marked(Mark.CAME, START - DAY)


@given(st.integers(-3 * 24 * 60, 12 * 24 * 60))
def test_nobody_marks_the_future_nor_what_is_long_past(minutes: int) -> None:
    """A33."""
    now = START + timedelta(minutes=minutes)

    def outcome(said: Mark) -> type[Exception] | None:
        try:
            _marked(said, now)
        except (NotYetError, MarkTooLateError) as refusal:
            return type(refusal)
        return None

    late = MarkTooLateError if now > END + 7 * DAY else None
    assert outcome(Mark.ATTENDED) is (NotYetError if now < START else late)
    assert outcome(Mark.MISSED) is (NotYetError if now < END else late)


def test_what_was_marked_is_corrected_within_a_day_and_a_miss_is_struck_later() -> None:
    """A33: the desk's slip is no patient's fault."""
    missed = _marked(Mark.MISSED, END + HOUR)
    assert _marked(Mark.MISSED, END + 2 * HOUR, missed) is missed
    there = _marked(Mark.ATTENDED, END + HOUR + DAY, missed)
    assert there.status is Status.ATTENDED
    with pytest.raises(MarkTooLateError):
        _marked(Mark.ATTENDED, END + HOUR + DAY + HOUR, missed)
    struck = _marked(Mark.STRUCK, END + 40 * DAY, missed)
    assert (struck.status, struck.history[-1].step) == (Status.CONFIRMED, Step.STRUCK)
    with pytest.raises(NotMissedError):
        _marked(Mark.STRUCK, END + HOUR)


def test_what_never_stood_is_nobodys_miss() -> None:
    """A10, A33: but who came all the same was there."""
    pending = replace(booked(), status=Status.PENDING, needs=(Need.REFERRAL,), pending_since=BEFORE)
    with pytest.raises(VisitPendingError):
        _marked(Mark.MISSED, END + HOUR, pending)
    there = _marked(Mark.ATTENDED, END + HOUR, pending)
    assert (there.status, there.needs) == (Status.ATTENDED, ())
    off = booked().cancel(Cancelled(BEFORE, Canceller.CITIZEN, "citizen-request"), None)
    for said in Mark:
        with pytest.raises(AlreadyCancelledError):
            _marked(said, END + HOUR, off)


def _misses(*days: int) -> tuple[Miss, ...]:
    return tuple(Miss(f"a-{day}", START + day * DAY) for day in days)


@pytest.mark.parametrize(
    ("days", "now", "until"),
    [
        ((), 0, None),
        ((0, 10), 11, None),
        ((0, 10, 20), 21, 50),
        ((0, 10, 20), 50, None),
        ((0, 10, 91), 92, None),
        ((0, 50, 90), 91, 120),
        ((20, 0, 10, 40), 41, 70),
    ],
)
def test_three_misses_in_ninety_days_limit_booking_for_thirty(
    days: tuple[int, ...], now: int, until: int | None
) -> None:
    """A33: from the last of them on, and no longer."""
    found = RULE.limited_until(_misses(*days), START + now * DAY)
    assert found == (START + until * DAY if until is not None else None)


def test_one_visit_at_a_time_and_the_desk_may_book_more() -> None:
    """A33, K8."""
    patient = Patient("citizen-1", "Соколова Анна Сергеевна", misses=_misses(-30, -20, -10))
    now = START - 5 * DAY
    first = engaged(patient, "a-1", VISIT, limit=5, per_day=20, now=now, misses=RULE)
    later = replace(VISIT, starts_at=START + DAY, ends_at=END + DAY)
    with pytest.raises(LimitedAfterMissesError):
        engaged(first, "a-2", later, limit=5, per_day=20, now=now, misses=RULE)
    desk = engaged(first, "a-2", later, limit=None, per_day=None, now=now)
    assert (len(desk.agenda), desk.tally) == (2, first.tally)


def test_old_misses_are_forgotten() -> None:
    kept = RULE.kept(_misses(-200, -100, -1), START)
    assert [m.appointment_id for m in kept] == ["a--100", "a--1"]
    assert RULE.counted(kept, START) == 1
