"""The production calendar of Russia: days off, with the transfers that are published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays


@cache
def public_holidays(year: int) -> Mapping[date, str]:
    """Day → name of all days off of a year; computed once a process, stored nowhere."""
    found = holidays.country_holidays("RU", years=year, language="ru")
    return {day: str(name) for day, name in found.items()}
