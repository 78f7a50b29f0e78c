"""How long people wait at most (X13), on the clinic's clock and calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.guarantee.domain import (
    Guarantee,
    guarantees,
    limit_of,
    next_check,
    renewed,
    watched,
)
from services.scheduling.known.domain import Clinic, Emergency, Permit
from services.scheduling.timetable.actions import holidays_between

MOSCOW = ZoneInfo("Europe/Moscow")
CLINIC = Clinic(
    *("clinic-1", "45", "Поликлиника", "ГБУЗ", "г. Москва", "+7", "Europe/Moscow"),
    Permit("Л1", date(2020, 1, 1)),
)
NOW = datetime(2026, 12, 28, 7, tzinfo=UTC)


def test_each_specialty_has_its_promises() -> None:
    assert guarantees("therapist") == (Guarantee.THERAPIST, Guarantee.URGENT)
    assert guarantees("cardiologist") == (Guarantee.SPECIALIST,)


def test_fourteen_working_days_pass_over_new_year() -> None:
    assert limit_of(Guarantee.THERAPIST, CLINIC, NOW, ()) == NOW + timedelta(hours=24)
    assert limit_of(Guarantee.URGENT, CLINIC, NOW, ()) == NOW + timedelta(hours=2)
    plain = limit_of(Guarantee.SPECIALIST, CLINIC, NOW, ())
    assert plain == datetime(2027, 1, 16, tzinfo=MOSCOW), "the end of the fourteenth"
    closed = holidays_between(date(2026, 12, 28), date(2027, 2, 10))
    later = limit_of(Guarantee.SPECIALIST, CLINIC, NOW, closed)
    assert later > plain + timedelta(days=5)


@pytest.mark.parametrize(
    ("guarantee", "hours", "missed"),
    [
        (Guarantee.THERAPIST, 23, False),
        (Guarantee.THERAPIST, 25, True),
        (Guarantee.THERAPIST, None, True),
        (Guarantee.URGENT, 1, False),
        (Guarantee.URGENT, 3, True),
    ],
)
def test_what_is_later_than_the_limit_is_missed(
    guarantee: Guarantee, hours: int | None, missed: bool
) -> None:
    first = None if hours is None else NOW + timedelta(hours=hours)
    assert watched(CLINIC, "therapist", guarantee, first, NOW).missed is missed


def test_a_department_that_is_open_is_urgent_care() -> None:
    clinic = replace(CLINIC, emergency=Emergency("+7", round_the_clock=True))
    assert not watched(clinic, "therapist", Guarantee.URGENT, None, NOW).missed


def test_a_day_is_looked_at_once() -> None:
    today = watched(CLINIC, "therapist", Guarantee.THERAPIST, None, NOW)
    kept = replace(today, version=1, revision=1)
    assert renewed(None, today) == today
    assert renewed(kept, today) is None
    tomorrow = watched(CLINIC, "therapist", Guarantee.THERAPIST, None, NOW + timedelta(days=1))
    assert renewed(kept, tomorrow) == replace(tomorrow, version=1, revision=1)


def test_the_next_look_is_in_the_morning_of_the_clinic() -> None:
    at = next_check(CLINIC, NOW).astimezone(MOSCOW)
    assert at > NOW
    assert at.hour == 9
    assert next_check(CLINIC, at).astimezone(MOSCOW).date() == at.date() + timedelta(days=1)
