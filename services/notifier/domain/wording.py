"""Russian words for data in templates: dates through Babel, plurals, names of codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

_RUSSIAN = Locale("ru")
_RUSSIAN_LETTER = re.compile("[а-яё]", re.IGNORECASE)


def day(value: str, timezone: str) -> str:
    """«5 декабря 2026» from an ISO date, or from an ISO moment as seen in the time zone."""
    moment = datetime.fromisoformat(value)
    local = moment.astimezone(ZoneInfo(timezone)).date() if moment.tzinfo else moment.date()
    return _date(local, "d MMMM y")


def short_day(value: str, timezone: str) -> str:
    """«5 декабря», where the year is plain and space is short."""
    return _date(datetime.fromisoformat(value).astimezone(ZoneInfo(timezone)).date(), "d MMMM")


def weekday(value: str, timezone: str) -> str:
    """«пятница»."""
    return _date(datetime.fromisoformat(value).astimezone(ZoneInfo(timezone)).date(), "EEEE")


def clock(value: str, timezone: str) -> str:
    """«9:30» in the time zone."""
    local = datetime.fromisoformat(value)
    return format_datetime(local, "H:mm", tzinfo=ZoneInfo(timezone), locale=_RUSSIAN)


def plural(count: int, one: str, few: str, many: str) -> str:
    """«1 минута», «3 минуты», «5 минут» – by the Russian plural rules."""
    word = {"one": one, "few": few}.get(_RUSSIAN.plural_form(count), many)
    return f"{count} {word}"


def named(codes: Sequence[str], words: Mapping[str, str]) -> str:
    """The names of codes, listed. What already is Russian stays; an unknown code is left out."""
    known = (words.get(code) or (code if _RUSSIAN_LETTER.search(code) else "") for code in codes)
    return ", ".join(filter(None, known))


def _date(value: date, pattern: str) -> str:
    return format_date(value, pattern, locale=_RUSSIAN)
