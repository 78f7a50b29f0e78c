"""Working days and deadlines (C15, C17). The calendars are data; this only counts.

The days off are those of the country and of the clinic's region; its time zone says when a day
begins and when the working day ends.

How a deadline is counted: a term in working days ends with the last of them, at the hour when the
working day ends; the day of the start does not count. A term in hours or minutes runs by the clock.
While the citizen is asked for something it is paused: afterwards a deadline in working days moves
by the working days that passed since the pause began, another one by the time that passed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from contracts.regions import REGIONS

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_COUNTRY_UNKNOWN = (
    "Производственный календарь на {year} год ещё не опубликован: учтены праздники Трудового "
    "кодекса, переносы выходных ещё не известны."
)
_REGION_UNKNOWN = (
    "Дни отдыха региона на {year} год установлены не все ({region}): учтены те, что названы в "
    "законе."
)
_LONGEST = 1000


@dataclass(frozen=True)
class Term:
    """How long something may take: working days, hours or minutes, exactly one of them."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    working_days: int | None = None
    hours: int | None = None
    minutes: int | None = None

    def __post_init__(self) -> None:
        given = [n for n in (self.working_days, self.hours, self.minutes) if n is not None]
        if len(given) != 1 or not 1 <= given[0] <= _LONGEST:
            message = f"срок – от 1 до {_LONGEST} рабочих дней, часов или минут, что-то одно"
            raise ValueError(message)

    @property
    def by_the_clock(self) -> timedelta | None:
        """The time that it takes; None: it is counted in working days."""
        if self.working_days is not None:
            return None
        return timedelta(hours=self.hours or 0, minutes=self.minutes or 0)

    @property
    def label(self) -> str:
        """The term for a person, in Russian."""
        if self.working_days is not None:
            return f"{self.working_days} раб. дн."
        return f"{self.hours} ч" if self.hours is not None else f"{self.minutes} мин"


@dataclass(frozen=True)
class Year:
    """What differs from «Monday to Friday» in one year, after all transfers."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    days_off: frozenset[date]
    working_weekends: frozenset[date] = frozenset()


@dataclass(frozen=True)
class RegionalDays:
    """The days off that a region adds to the country's (REQUIREMENTS «Working days»).

    `years` are the years whose days are all settled, with what was moved; `every_year` as `MM-DD`
    what its law says of any other. `sources` say where that stands.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    region: str
    sources: tuple[str, ...]
    every_year: frozenset[str]
    years: Mapping[int, frozenset[date]]

    @property
    def title(self) -> str:
        """How the region is called."""
        return REGIONS[self.region]

    def __post_init__(self) -> None:
        strange = [d for year, days in self.years.items() for d in days if d.year != year]
        if self.region not in REGIONS or strange:
            message = f"days off of a region: {self.region} is none, or days of other years"
            raise ValueError(message)

    def has(self, day: date) -> bool:
        """Whether nobody works there on that day."""
        of_year = self.years.get(day.year)
        return f"{day:%m-%d}" in self.every_year if of_year is None else day in of_year


@dataclass(frozen=True)
class WorkingCalendar:
    """The production calendar of the country, or of a region, which `adds` its days.

    `every_year` are the holidays of the Labour Code as `MM-DD`: they count in a year whose own
    calendar has not been published yet.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    region: str
    timezone: str
    day_ends_at: time
    every_year: frozenset[str]
    years: Mapping[int, Year]
    adds: RegionalDays | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Where the days begin and end."""
        return ZoneInfo(self.timezone)

    def day_of(self, moment: datetime) -> date:
        """Which day it is there."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """When the next day begins, in UTC."""
        return datetime.combine(day + _ONE_DAY, time(), self.zone).astimezone(UTC)

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        if self.adds is not None and self.adds.has(day):
            return False
        year = self.years.get(day.year)
        if year is None:
            return day.weekday() < _SATURDAY and f"{day:%m-%d}" not in self.every_year
        if day in year.working_weekends:
            return True
        return day.weekday() < _SATURDAY and day not in year.days_off

    def unpublished(self, first: date, last: date) -> tuple[str, ...]:
        """What is not known yet of the days from `first` to `last`, for a person."""
        years = range(first.year, last.year + 1)
        country = [_COUNTRY_UNKNOWN.format(year=y) for y in years if y not in self.years]
        region = self.adds
        if region is None:
            return tuple(country)
        unknown = [y for y in years if y not in region.years]
        return (*country, *(_REGION_UNKNOWN.format(year=y, region=region.title) for y in unknown))

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (`day` itself for 0)."""
        while count > 0:
            day += _ONE_DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days there are after `first`, up to and with `last`."""
        days = (last - first).days
        return sum(self.is_working(first + timedelta(days=n)) for n in range(1, days + 1))

    def deadline(self, start: datetime, term: Term) -> datetime:
        """When a term that starts now ends, in UTC."""
        if (time_taken := term.by_the_clock) is not None:
            return start + time_taken
        return self._end_of(self.add(self.day_of(start), term.working_days or 0))

    def resumed(
        self, deadline: datetime, term: Term, *, paused_at: datetime, now: datetime
    ) -> datetime:
        """The deadline after a pause that ends now; never earlier than before."""
        if term.by_the_clock is not None:
            return deadline + max(now - paused_at, timedelta(0))
        passed = self.between(self.day_of(paused_at), self.day_of(now))
        return self._end_of(self.add(self.day_of(deadline), passed))

    def lengthened(self, deadline: datetime, old: Term, new: Term) -> datetime:
        """The deadline when a longer term takes the place of an old one; never earlier than before.

        Both run by the clock, or neither (a type with mixed terms does not load).
        """
        if (before := old.by_the_clock) is not None and (after := new.by_the_clock) is not None:
            return deadline + max(after - before, timedelta(0))
        more = (new.working_days or 0) - (old.working_days or 0)
        if more <= 0:
            return deadline
        return self._end_of(self.add(self.day_of(deadline), more))

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day, self.day_ends_at, self.zone).astimezone(UTC)


@dataclass(frozen=True)
class Calendars:
    """The country's calendar, and what regions add to it; `default` counts where none is named."""

    country: WorkingCalendar
    regions: Mapping[str, RegionalDays]
    default: str

    def of(self, region: str | None = None, timezone: str | None = None) -> WorkingCalendar:
        """The calendar of a region, by the clock of a time zone.

        A region without days of its own has those of the country.
        """
        named = region or self.default
        return replace(
            self.country,
            region=named,
            timezone=timezone or self.country.timezone,
            adds=self.regions.get(named),
        )


def plus_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
