"""Days and moments from outside: one form each, and within bounds.

`date.fromisoformat` takes `2026-W48-4` and `19900101`, pydantic takes `0` for 1970, and the first
and the last moments that Python knows overflow as soon as an offset is applied to them.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
MOSCOW = ZoneInfo("Europe/Moscow")
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Nothing here is about a time outside of these."""


def parse_day(text: str, *, first_year: int = FIRST_YEAR) -> date | None:
    """The day, written YYYY-MM-DD in ASCII digits; None when it is none, or out of bounds."""
    if _DAY.fullmatch(text) is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if first_year <= day.year <= LAST_YEAR else None


def parse_moment(text: str) -> datetime | None:
    """The moment in UTC, written as RFC 3339 with an offset; None when it is none, or too far."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    # before the offset is applied: that is what overflows
    return moment.astimezone(UTC) if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def today(now: datetime) -> date:
    """The day in Moscow, by which ages and the ends of rights are counted all over the country."""
    return now.astimezone(MOSCOW).date()


def seconds_to(until: datetime, now: datetime) -> int:
    """How many seconds are left, the last one begun among them; none when it is over."""
    return max(0, math.ceil((until - now).total_seconds()))


def birthday(born: date, years: int) -> date:
    """The day on which somebody is so many years old; of 29 February in other years 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age(born: date, today: date) -> int:
    """Whole years, from the birthday itself on."""
    years = today.year - born.year
    return years if birthday(born, years) <= today else years - 1


def _day(value: object) -> date:
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        kind = "date_parsing"
        raise PydanticCustomError(kind, "not a day")
    return day


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
"""A day in a request: what `parse_day` takes, and nothing else."""
