"""How old somebody has to be, and when they are: by the calendar of Moscow (d12)."""

from __future__ import annotations

from datetime import date, datetime, time

from services.chassis.foundation.dates import MOSCOW, birthday

ADULT = 18
OWN_ACCOUNT = 14
"""From here on a minor has an account of their own."""


def reaches(born: date, years: int) -> datetime:
    """When the birthday begins: midnight in Moscow."""
    return datetime.combine(birthday(born, years), time(), MOSCOW)
