"""When a visit is reminded of: a day and two hours before, on the clinic's clock (A15, N12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifier.announcements.domain import (
    When,
    second_reminder_at,
    visit_reminder_at,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)


def at(hours: float) -> When:
    return When(NOW + timedelta(hours=hours), "Europe/Moscow")


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc] # year to minute


@pytest.mark.parametrize(
    ("hours", "day_before", "soon"),
    [(72, 48, 70), (24, None, 22), (23, None, 21), (3, None, 1), (2, None, None), (1, None, None)],
)
def test_a15_a_visit_is_reminded_of_a_day_and_two_hours_before(
    hours: int, day_before: int | None, soon: int | None
) -> None:
    """One that was booked within the day has the second reminder; the booking itself is news."""
    expected = [None if h is None else NOW + timedelta(hours=h) for h in (day_before, soon)]
    assert [visit_reminder_at(at(hours), NOW), second_reminder_at(at(hours), NOW)] == expected


@pytest.mark.parametrize("zone", ZONES)
def test_a15_nobody_is_woken_for_a_morning_in_any_time_zone(zone: str) -> None:
    """A visit at 8:00 is reminded of at 7:00 there; at 7:15 that is too late to be of use."""
    early = When(local(zone, 2026, 12, 31, 8, 0), zone)
    assert second_reminder_at(early, NOW) == local(zone, 2026, 12, 31, 7, 0)
    first = When(local(zone, 2026, 12, 31, 7, 15), zone)
    assert second_reminder_at(first, NOW) == local(zone, 2026, 12, 31, 5, 15)
    noon = When(local(zone, 2026, 12, 31, 12, 0), zone)
    assert second_reminder_at(noon, NOW) == local(zone, 2026, 12, 31, 10, 0)


@pytest.mark.parametrize("zone", ZONES)
def test_a15_over_midnight_and_new_year_a_reminder_is_before_its_visit(zone: str) -> None:
    night = When(local(zone, 2027, 1, 1, 0, 30), zone)
    assert second_reminder_at(night, NOW) == local(zone, 2026, 12, 31, 22, 30)
    assert visit_reminder_at(night, NOW) == local(zone, 2026, 12, 31, 0, 30)
