"""What a list is in one cell of a table: written as people write it, and read as JSON has it.

What is no text passes: in JSON a list is a list. A text that cannot be read is refused with an
example of one that can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

from services.chassis.foundation.text import hyphens, tidied

_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_TIME = r"(\d{1,2}[:.]\d{2})"
_HOURS = re.compile(rf"([а-я, -]+?)\s*{_TIME}\s*-\s*{_TIME}((?:\s*,\s*{_TIME}\s*-\s*{_TIME})*)")
_MORE = re.compile(rf"{_TIME}\s*-\s*{_TIME}")
_UNREADABLE: LiteralString = "unreadable_text"
_SAID: LiteralString = "{error}"
_HOURS_WANTED = "Нужны часы вида «пн–пт 08:00–20:00; сб 09:00–15:00»."


def _items(text: str) -> list[str]:
    return [part for item in re.split(r"[;\n]", tidied(text)) if (part := item.strip())]


def listed(value: Any) -> Any:
    """«ОМС; ДМС «Согласие»» as a list of texts."""
    return _items(value) if isinstance(value, str) else value


def weekly(value: Any) -> Any:
    """«пн–пт 08:00–13:00, 14:00–20:00; сб 09:00–15:00» as hours of weekdays."""
    if not isinstance(value, str):
        return value
    found: list[dict[str, Any]] = []
    for item in _items(hyphens(value).casefold()):
        read = _HOURS.fullmatch(item)
        days = _days(read[1]) if read else []
        if read is None or not days:
            raise _unreadable(_HOURS_WANTED)
        stretches = [(read[2], read[3]), *_MORE.findall(read[4])]
        found += [
            {"weekday": day, "begins": _clock(begins), "ends": _clock(ends)}
            for day in days
            for begins, ends in stretches
        ]
    return found


def records(*fields: str, wanted: str) -> Callable[[Any], Any]:
    """A reader of items with parts: «номер, терапевт, 2020-01-10; …», the last of them optional.

    `wanted` is what to tell of a text that has other parts.
    """

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return [_record(item, fields, wanted) for item in _items(value)]

    return read


def _record(item: str, fields: Sequence[str], wanted: str) -> dict[str, str]:
    parts = [part.strip() for part in item.split(",", len(fields) - 1)]
    if len(parts) < len(fields) - 1 or not all(parts):
        raise _unreadable(wanted)
    return dict(zip(fields, parts, strict=False))


def _days(text: str) -> list[int]:
    """«пн-ср, пт» as numbers; nothing where a word is none."""
    found: list[int] = []
    for part in filter(None, (word.strip() for word in text.split(","))):
        names = [name.strip() for name in part.split("-")]
        if not set(names) <= set(_WEEKDAYS):
            return []
        first, last = (_WEEKDAYS.index(names[0]), _WEEKDAYS.index(names[-1]))
        found += range(first + 1, last + 2)
    return found


def _clock(text: str) -> str:
    hours, minutes = text.replace(".", ":").split(":")
    return f"{int(hours):02d}:{minutes}"


def _unreadable(wanted: str) -> PydanticCustomError:
    return PydanticCustomError(_UNREADABLE, _SAID, {"error": wanted})
