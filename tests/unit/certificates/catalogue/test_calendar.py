"""Working days and deadlines: C15, C17, d2, n5, n8."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.certificates.catalogue.domain.calendar import Term, plus_months
from tests.support.services.certificates.builders import CATALOGUE

CALENDAR = CATALOGUE.calendar
CALENDARS = CATALOGUE.calendars
MOSCOW = ZoneInfo("Europe/Moscow")
days = st.dates(date(2025, 1, 1), date(2027, 10, 31))
moments = st.integers(0, 1000 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
terms = st.builds(Term, working_days=st.integers(1, 10)) | st.builds(
    Term, hours=st.integers(1, 100)
)


def moscow(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize("year", [2025, 2026])
def test_c15_the_year_has_247_working_days(year: int) -> None:
    assert CALENDAR.between(date(year - 1, 12, 31), date(year, 12, 31)) == 247


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 11, 1), True),  # a Saturday that was worked
        (date(2025, 11, 3), False),  # for this Monday
        (date(2026, 1, 9), False),
        (date(2026, 12, 31), False),
        (date(2026, 11, 4), False),
        (date(2026, 11, 5), True),
        (date(2026, 11, 7), False),
    ],
)
def test_c15_transfers_of_the_official_calendar(day: date, *, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_c15_the_data_file_is_what_the_seed_library_says(year: int) -> None:
    """A difference is either a new decree (correct the file, then this test) or a slip."""
    seed = holidays.country_holidays("RU", years=year)
    of_year = CALENDAR.years[year]
    assert of_year.days_off == {day for day in seed if day.year == year}
    assert of_year.working_weekends == {d for d in seed.weekend_workdays if d.year == year}


def test_c15_a_year_without_a_published_calendar_counts_the_holidays_of_the_law() -> None:
    assert not CALENDAR.is_working(date(2031, 1, 7))
    assert not CALENDAR.is_working(date(2031, 6, 12))
    assert CALENDAR.is_working(date(2031, 6, 11))
    assert not CALENDAR.is_working(date(2031, 6, 14))


@pytest.mark.parametrize(
    ("region", "year", "working"),
    [
        ("RU-TA", 2025, 245),
        ("RU-TA", 2026, 244),
        ("RU-BA", 2026, 244),
        ("RU-BU", 2026, 246),
        ("RU-CU", 2026, 246),
        ("RU-MOW", 2026, 247),
    ],
)
def test_c15_a_region_adds_days_off(region: str, year: int, working: int) -> None:
    """As many working days as the region itself has published."""
    calendar = CALENDARS.of(region)
    assert calendar.between(date(year - 1, 12, 31), date(year, 12, 31)) == working


def test_c15_a_regions_holiday_moves_the_deadline_of_its_clinics_alone() -> None:
    start, term = moscow(26, 12, month=5), Term(working_days=1)
    assert CALENDARS.of().deadline(start, term) == moscow(27, 18, month=5)
    assert CALENDARS.of("RU-TA").deadline(start, term) == moscow(28, 18, month=5)


def test_c15_what_is_not_published_is_said_and_the_law_counts() -> None:
    kazan = CALENDARS.of("RU-TA")
    assert CALENDAR.unpublished(date(2026, 12, 30), date(2027, 1, 11)) == ()
    (of_country,) = CALENDAR.unpublished(date(2027, 12, 30), date(2028, 1, 11))
    assert "2028" in of_country
    (of_region,) = kazan.unpublished(date(2026, 12, 30), date(2027, 1, 11))
    assert "2027" in of_region
    assert "Татарстан" in of_region
    assert not kazan.is_working(date(2027, 8, 30))  # a Monday, by the law of the region


ZONES = {
    "Europe/Kaliningrad": 2,
    "Europe/Moscow": 3,
    "Europe/Samara": 4,
    "Asia/Yekaterinburg": 5,
    "Asia/Omsk": 6,
    "Asia/Krasnoyarsk": 7,
    "Asia/Irkutsk": 8,
    "Asia/Yakutsk": 9,
    "Asia/Vladivostok": 10,
    "Asia/Magadan": 11,
    "Asia/Kamchatka": 12,
}
regions = st.sampled_from([*sorted(CALENDARS.regions), "RU-MOW", None])


@given(moments, st.integers(1, 10), regions, st.sampled_from(sorted(ZONES)))
def test_c15_in_each_of_the_eleven_zones_the_day_of_the_clinic_counts(
    start: datetime, working_days: int, region: str | None, zone: str
) -> None:
    """The clock of the wall is all that differs: no zone changes its time in summer."""
    there, here = CALENDARS.of(region, zone), CALENDARS.of(region)
    offset = timedelta(hours=ZONES[zone] - ZONES["Europe/Moscow"])
    term = Term(working_days=working_days)
    deadline = there.deadline(start, term)
    assert deadline == here.deadline(start + offset, term) - offset
    assert deadline.astimezone(there.zone).hour == 18
    assert there.between(there.day_of(start), there.day_of(deadline)) == working_days
    assert deadline >= CALENDARS.of(None, zone).deadline(start, term)  # a region only adds


def test_c15_at_midnight_it_is_two_days_in_the_country() -> None:
    at = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)  # Thursday in Kamchatka, Wednesday in Moscow
    term = Term(working_days=1)
    assert CALENDARS.of(None, "Asia/Kamchatka").deadline(at, term).date() == date(2026, 11, 20)
    assert CALENDARS.of(None, "Europe/Moscow").deadline(at, term).date() == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("start", "working_days", "end"),
    [
        (moscow(18, 12), 3, moscow(23, 18)),  # Wednesday → Thu, Fri, Mon
        (moscow(2, 9), 3, moscow(6, 18)),  # over the holiday of 4 November
        (moscow(21, 23), 1, moscow(23, 18)),  # Saturday night
        (moscow(30, 10, month=12), 1, moscow(11, 18, month=1, year=2027)),  # over the New Year
        (moscow(18, 23, 59), 1, moscow(19, 18)),  # it is still Wednesday in Moscow
        (datetime(2026, 11, 18, 21, 30, tzinfo=UTC), 1, moscow(20, 18)),  # and now it is Thursday
    ],
)
def test_c15_a_term_ends_with_its_last_working_day_in_moscow(
    start: datetime, working_days: int, end: datetime
) -> None:
    assert CALENDAR.deadline(start, Term(working_days=working_days)) == end


def test_n5_a_term_in_hours_runs_by_the_clock_also_on_holidays() -> None:
    assert CALENDAR.deadline(moscow(3, 15), Term(hours=24)) == moscow(4, 15)


@given(days, st.integers(0, 15), st.integers(0, 15))
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    assert CALENDAR.add(CALENDAR.add(day, first), second) == CALENDAR.add(day, first + second)
    assert CALENDAR.between(day, CALENDAR.add(day, first)) == first


@given(moments, terms, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_c17_a_pause_from_the_start_gives_the_deadline_of_a_later_start(
    start: datetime, term: Term, pause: timedelta
) -> None:
    """Waiting for the citizen costs the citizen's time and none of the clinic's."""
    moved = CALENDAR.resumed(
        CALENDAR.deadline(start, term), term, paused_at=start, now=start + pause
    )
    assert moved == CALENDAR.deadline(start + pause, term)


@given(
    moments,
    terms,
    st.timedeltas(timedelta(0), timedelta(days=5)),
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.timedeltas(timedelta(0), timedelta(days=20)),
)
def test_c17_a_pause_never_shortens_the_term_and_a_longer_one_gives_no_less(
    start: datetime, term: Term, until: timedelta, pause: timedelta, longer: timedelta
) -> None:
    deadline, paused_at = CALENDAR.deadline(start, term), start + until
    resumed = CALENDAR.resumed(deadline, term, paused_at=paused_at, now=paused_at + pause)
    later = CALENDAR.resumed(deadline, term, paused_at=paused_at, now=paused_at + pause + longer)
    assert deadline <= resumed <= later


@given(moments, st.integers(1, 10), st.integers(1, 10))
def test_c16_a_longer_term_gives_the_deadline_it_would_have_given(
    start: datetime, first: int, second: int
) -> None:
    """And a shorter one never takes anything back, in days as in hours."""
    for unit in ("working_days", "hours"):
        old, new = Term(**{unit: first}), Term(**{unit: second})
        lengthened = CALENDAR.lengthened(CALENDAR.deadline(start, old), old, new)
        longer = old if first > second else new
        assert lengthened == CALENDAR.deadline(start, longer)


@pytest.mark.parametrize("given_", [{}, {"working_days": 1, "hours": 1}, {"hours": 0}])
def test_d2_a_term_is_either_days_or_hours(given_: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="что-то одно"):
        Term(**given_)


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 11, 18), 6, date(2027, 5, 18)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_a_validity_in_months_ends_on_the_same_day_or_the_last(
    day: date, months: int, end: date
) -> None:
    assert plus_months(day, months) == end
