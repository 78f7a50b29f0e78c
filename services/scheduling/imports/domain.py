"""Rows of timetables, absences and closed days as they stand in a file.

What hours must be is the rule of timetables; here is only how a row writes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator

from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.dates import Day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Tidied
from services.importing.table import Key, Row, folded
from services.importing.texts import weekly
from services.scheduling.hours.domain.forms import PlanForm, StretchForm, plans_of
from services.scheduling.hours.domain.timetable import Plan, timetable_id

Reason = Annotated[str, Tidied(prose, longest=300, shortest=3)]
_ALWAYS = "2000-01-01"
_KINDS = {folded(title): code for code, title in VISIT_KINDS.items()}
_YES, _NO = frozenset({"да", "true", "1"}), frozenset({"нет", "false", "0"})
_ONE_PLAN = re.compile(r"/0/(?:weekly/[0-9]+/(begins|ends|weekday|room|kind|minutes)|(.+))")
_HOURS = frozenset({"begins", "ends", "weekday"})


def _kind(value: Any) -> Any:
    return _KINDS.get(folded(value), value) if isinstance(value, str) else value


def _answer(value: Any) -> Any:
    text = folded(str(value))
    return True if text in _YES else False if text in _NO else value


@dataclass(frozen=True)
class HoursForm:
    """A stretch of a weekday (Monday is 1)."""

    weekday: int
    begins: str
    ends: str


class TimetableRow(Row):
    """The hours of a doctor at a clinic, all of them.

    Either one room, kind and length for all hours, or `plans` as the route takes them.
    """

    doctor_id: Key
    clinic_id: Key
    hours: Annotated[tuple[HoursForm, ...], BeforeValidator(weekly)] = ()
    room: str = ""
    kind: Annotated[str, BeforeValidator(_kind)] = "first"
    minutes: int = 15
    valid_from: str = _ALWAYS
    valid_until: str | None = None
    plans: tuple[PlanForm, ...] | None = None

    @property
    def id(self) -> str:
        """Of the timetable."""
        return timetable_id(self.doctor_id, self.clinic_id)

    def read(self, rooms: AbstractSet[str]) -> tuple[Plan, ...]:
        """The plans that the row writes.

        Raises:
            InvalidInputError: names every wrong field of the row.
        """
        if self.plans is not None:
            return plans_of(self.plans, rooms)
        stretches = [
            StretchForm(h.begins, h.ends, self.room, self.kind, self.minutes, h.weekday)
            for h in self.hours
        ]
        if not stretches:
            missing = FieldError("/hours", "missing", "Укажите часы приёма.")
            raise InvalidInputError([missing])
        try:
            return plans_of([PlanForm(self.valid_from, self.valid_until, stretches)], rooms, at="")
        except InvalidInputError as error:
            raise InvalidInputError(_of_row(error.errors)) from None


def _of_row(errors: Sequence[FieldError]) -> list[FieldError]:
    """What is wrong with a plan, by the columns that it was made of; each once."""
    found: dict[tuple[str, str], FieldError] = {}
    for error in errors:
        place = _ONE_PLAN.fullmatch(error.pointer)
        column = (place[1] or place[2]) if place else ""
        pointer = "/hours" if column in _HOURS else f"/{column}"
        found.setdefault((pointer, error.code), replace(error, pointer=pointer))
    return list(found.values())


class AbsenceRow(Row):
    """Days on which a doctor is away from a clinic, both ends included."""

    doctor_id: Key
    clinic_id: Key
    since: str
    until: str
    reason: Reason
    replacement_id: Key | None = None


class ClosedDayRow(Row):
    """A day on which a clinic does not work, or does although it is a holiday."""

    clinic_id: Key
    day: Day
    reason: Reason
    closed: Annotated[bool, BeforeValidator(_answer)] = True


TIMETABLE_TITLES: Mapping[str, str] = {
    "doctor_id": "Врач",
    "clinic_id": "Клиника",
    "hours": "Часы приёма",
    "room": "Кабинет",
    "kind": "Вид приёма",
    "minutes": "Минут на приём",
    "valid_from": "Действует с",
    "valid_until": "Действует до",
}
ABSENCE_TITLES: Mapping[str, str] = {
    "doctor_id": "Врач",
    "clinic_id": "Клиника",
    "since": "С",
    "until": "По",
    "reason": "Причина",
    "replacement_id": "Замещает",
}
CLOSED_DAY_TITLES: Mapping[str, str] = {
    "clinic_id": "Клиника",
    "day": "День",
    "reason": "Причина",
    "closed": "Закрыта",
}
