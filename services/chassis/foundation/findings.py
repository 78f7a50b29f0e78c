"""What is wrong with a form: everything at once, each by the place where it stands (C6).

Rules of forms are pure; they take what was typed, and answer with what it means or say why not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time

from services.chassis.foundation.dates import parse_day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import hyphens, line, unprintable_detail

_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?::00)?")
_MIDNIGHT = re.compile(r"24[:.]00(?::00)?")


@dataclass
class Findings:
    """The errors of one form. Pointers are JSON pointers into what was sent."""

    errors: list[FieldError] = field(default_factory=list)

    def add(self, pointer: str, code: str, detail: str) -> None:
        """One more error."""
        self.errors.append(FieldError(pointer, code, detail))

    def missing(self, pointer: str, detail: str = "Обязательное поле.") -> None:
        """What has to be there is not."""
        self.add(pointer, "missing", detail)

    def refuse(self) -> None:
        """End here, if anything was found.

        Raises:
            InvalidInputError: names every wrong field.
        """
        if self.errors:
            raise InvalidInputError(self.errors)

    def line(
        self, pointer: str, typed: str | None, *, longest: int = 200, required: bool = True
    ) -> str:
        """One line that can be shown and printed, tidied; empty where there is none."""
        text = line(typed or "")
        if not text:
            if required:
                self.missing(pointer)
        elif len(text) > longest:
            self.add(pointer, "too-long", f"Не больше {longest} знаков.")
        elif (unprintable := unprintable_detail(text)) is not None:
            self.add(pointer, "unprintable", unprintable)
        return text

    def day(self, pointer: str, typed: str | None, *, required: bool = True) -> date | None:
        """A day, written YYYY-MM-DD."""
        text = hyphens(line(typed or ""))
        if not text:
            if required:
                self.missing(pointer)
            return None
        day = parse_day(text)
        if day is None:
            self.add(pointer, "date-format", "Нужна дата в виде ГГГГ-ММ-ДД.")
        return day

    def time(self, pointer: str, typed: str | None) -> time | None:
        """A time of the day to the minute, `08:00`; `24:00` is the midnight that ends the day."""
        text = line(typed or "")
        if not text:
            self.missing(pointer)
            return None
        if _MIDNIGHT.fullmatch(text):
            return time(0)
        found = _TIME.fullmatch(text)
        if found is None:
            self.add(pointer, "time-format", "Нужно время в виде ЧЧ:ММ, например 08:00.")
            return None
        return time(int(found[1]), int(found[2]))
