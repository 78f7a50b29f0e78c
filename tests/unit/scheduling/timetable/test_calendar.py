"""The production calendar, computed for each year (A24)."""

from __future__ import annotations

from datetime import date

from services.scheduling.timetable.actions import holidays_between


def test_public_holidays_have_the_transfers_of_the_production_calendar() -> None:
    """A24, facts: 2026-01-09 and 2026-12-31 are days off."""
    days = holidays_between(date(2026, 1, 1), date(2026, 12, 31))
    assert date(2026, 1, 9) in days
    assert date(2026, 12, 31) in days
    assert days[date(2026, 6, 12)] == "День России"
    assert date(2026, 1, 12) not in days


def test_a_range_may_go_over_new_year_and_has_only_its_own_days() -> None:
    days = holidays_between(date(2026, 12, 31), date(2027, 1, 2))
    assert list(days) == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]
