"""Russian words for data in templates: dates through Babel, money, plurals, names of codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

_RUSSIAN = Locale("ru")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_RUSSIAN_LETTER = re.compile("[а-яё]", re.IGNORECASE)


def day(value: str | None, timezone: str) -> str:
    """«5 декабря 2026» from an ISO date, or from an ISO moment as seen in the time zone."""
    return _date(value, timezone, "d MMMM y")


def day_month(value: str, timezone: str) -> str:
    """«5 декабря», where the year is plain and space is short."""
    return _date(value, timezone, "d MMMM")


def in_figures(value: str, timezone: str) -> str:
    """«5.12», where every letter counts."""
    return _date(value, timezone, "d.MM")


def weekday(value: str, timezone: str) -> str:
    """«пятница»."""
    return _date(value, timezone, "EEEE")


@lru_cache(maxsize=1024)
def clock(value: str, timezone: str) -> str:
    """«9:30» in the time zone."""
    local = datetime.fromisoformat(value)
    return format_datetime(local, "H:mm", tzinfo=ZoneInfo(timezone), locale=_RUSSIAN)


def plural(count: int, one: str, few: str, many: str) -> str:
    """«1 минута», «3 минуты», «5 минут» – by the Russian plural rules."""
    word = {"one": one, "few": few}.get(_RUSSIAN.plural_form(count), many)
    return f"{count} {word}"


def money(kopecks: int) -> str:
    """«1 250 ₽», «99,50 ₽»; nothing for a service that is free."""
    if not kopecks:
        return ""
    roubles, rest = divmod(kopecks, 100)
    whole = f"{roubles:,}".replace(",", _NO_BREAK)
    return f"{whole},{rest:02d}{_NO_BREAK}₽" if rest else f"{whole}{_NO_BREAK}₽"


def bare(number: str) -> str:
    """A number without its hyphens, as short links have it."""
    return number.replace("-", "")


def named(codes: Sequence[str] | None, words: Mapping[str, str]) -> str:
    """The names of codes, listed. What already is Russian stays; an unknown code is left out."""
    known = (words.get(code) or _if_russian(code) for code in filter(None, codes or ()))
    return ", ".join(filter(None, known))


def _if_russian(code: str) -> str:
    return code if _RUSSIAN_LETTER.search(code) else ""


@lru_cache(maxsize=1024)
def _date(value: str | None, timezone: str, pattern: str) -> str:
    if value is None:  # without end, for one
        return ""
    moment = datetime.fromisoformat(value)
    local = moment.astimezone(ZoneInfo(timezone)) if moment.tzinfo else moment
    return format_date(local.date(), pattern, locale=_RUSSIAN)
