"""Until when a desk answers (A21), and what becomes of a request (A19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.bookings.domain.details import Details
from services.scheduling.known.domain import Clinic, OpeningHours, Permit
from services.scheduling.requests.domain import (
    EndedBy,
    Outcome,
    Request,
    State,
    check_new,
    held_until,
    next_day_due,
    same_day_due,
)
from services.scheduling.requests.errors import (
    AnsweredAlreadyError,
    NothingHeldError,
    RequestedAlreadyError,
    SameDayOverError,
    TooManyRequestsOpenError,
)
from tests.support.services.scheduling import SLOT, START

CLINIC = Clinic(
    "clinic-1", "45", "Поликлиника", "ГБУЗ", "Владивосток", "+7", "Asia/Vladivostok",
    Permit("Л041", date(2020, 1, 1)),
    opening_hours=tuple(OpeningHours(day, time(8), time(20)) for day in range(1, 6)),
)  # fmt: skip
TWO = timedelta(hours=2)


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A moment of the clinic's clock; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(CLINIC.timezone))


@pytest.mark.parametrize(
    ("now", "due"),
    [(at(9), at(11)), (at(6), at(10)), (at(18, 30), at(20)), (at(19, 59), at(20))],
)
def test_a_same_day_request_has_two_hours_of_the_clinics_day(now: datetime, due: datetime) -> None:
    """A21, n26: eleven time zones, one rule."""
    assert same_day_due(CLINIC, {}, now.astimezone(UTC), TWO, "8-800") == due


@pytest.mark.parametrize("now", [at(20), at(23, 59), at(12, day=28), at(12, day=24)])
def test_after_closing_and_on_closed_days_there_is_no_same_day(now: datetime) -> None:
    with pytest.raises(SameDayOverError, match="8-800"):
        same_day_due(CLINIC, {date(2026, 11, 24): "санитарный день"}, now, TWO, "8-800")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(9), at(9, day=25)),  # the 24th is closed
        (at(23), at(20, day=25)),
        (at(3, day=25), at(8, day=26)),
        (at(12, day=27), at(12, day=30)),  # over the weekend
    ],
)
def test_any_other_is_answered_by_the_next_working_day(now: datetime, due: datetime) -> None:
    """A19."""
    assert next_day_due(CLINIC, {date(2026, 11, 24): "праздник"}, now) == due


def test_new_year_is_no_working_day() -> None:
    closed = {date(2026, 12, 31) + timedelta(days=n): "Новый год" for n in range(12)}
    asked = datetime(2026, 12, 30, 15, tzinfo=CLINIC.zone)
    assert next_day_due(CLINIC, closed, asked).date() == date(2027, 1, 12)


def test_a_clinic_that_does_not_say_when_it_is_open_works_as_usual() -> None:
    silent = replace(CLINIC, opening_hours=())
    assert next_day_due(silent, {}, at(12, day=27)) == at(12, day=30)


def _request() -> Request:
    return Request(
        "r-1", "citizen-1", "clinic-1", "therapist", same_day=False, until=date(2026, 11, 30),
        requested_at=START, due_at=START + TWO, details=Details(symptoms="Кашель"),
    )  # fmt: skip


def test_what_the_desk_answers_is_told_and_is_one_answer() -> None:
    """A19: a slot here, or elsewhere, or none."""
    now = START - timedelta(days=1)
    here = _request().offered(SLOT, now + TWO, None, now)
    assert (here.state, here.outcome, here.standing().slot_id) == (
        State.OFFERED, Outcome.SLOT, SLOT.id,
    )  # fmt: skip
    there = _request().offered(replace(SLOT, clinic_id="clinic-2"), now + TWO, None, now)
    assert there.outcome is Outcome.OTHER_CLINIC
    no = _request().declined("Нет врача", now)
    assert (no.ended_by, no.comment) == (EndedBy.DECLINED, "Нет врача")
    for answered in (here, no):
        with pytest.raises(AnsweredAlreadyError):
            answered.check_open()
    again = here.reopened(now + TWO)
    assert (again.state, again.held, again.overdue(now), again.overdue(now + TWO)) == (
        State.OPEN, None, False, True,
    )  # fmt: skip
    with pytest.raises(NothingHeldError):
        again.standing()


def test_a_near_visit_is_held_for_half_of_what_is_left() -> None:
    assert held_until(SLOT, START - TWO, timedelta(days=1)) == START - timedelta(hours=1)
    assert held_until(SLOT, START - timedelta(days=9), TWO) == START - timedelta(days=9) + TWO


def test_one_request_for_the_same_and_not_too_many() -> None:
    """A32."""
    check_new([_request()], "clinic-1", "surgeon", 3)
    with pytest.raises(RequestedAlreadyError):
        check_new([_request()], "clinic-1", "therapist", 3)
    with pytest.raises(TooManyRequestsOpenError):
        check_new([_request()], "clinic-1", "surgeon", 1)
