"""How old somebody is: on the birthday itself, by the calendar of Moscow (d12).

Who was born on 29 February has their birthday on 1 March in years that have none.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

ADULT = 18
OWN_ACCOUNT = 14
"""From here on a minor has an account of their own."""
_MOSCOW = ZoneInfo("Europe/Moscow")


def birthday(born: date, years: int) -> date:
    """The day on which somebody is so many years old."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age(born: date, today: date) -> int:
    """Whole years."""
    years = today.year - born.year
    return years if birthday(born, years) <= today else years - 1


def today(now: datetime) -> date:
    """The day in Moscow."""
    return now.astimezone(_MOSCOW).date()


def reaches(born: date, years: int) -> datetime:
    """When the birthday begins: midnight in Moscow."""
    return datetime.combine(birthday(born, years), time(), _MOSCOW)
