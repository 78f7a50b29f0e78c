"""Timetables as people write them, and what is wrong with them: all of it at once.

A form is what came, in text and numbers; `plans_of` and the like make checked values of it. They
ask nobody: what rooms there are is an argument. An import uses them as the routes do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.dates import parse_day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.scheduling.hours.domain.timetable import (
    Absence,
    Exceptional,
    Plan,
    Stretch,
    Weekly,
)

MINUTES = range(5, 241)
"""How long a visit may take."""
MOST_PLANS, MOST_STRETCHES, MOST_DAYS = 12, 70, 400
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_WEEK = 7 * 24 * 60


@dataclass(frozen=True)
class StretchForm:
    """A stretch as it was written: times as «08:00»; `weekday` in weekly hours only."""

    begins: str
    ends: str
    room: str
    kind: str
    minutes: int
    weekday: int | None = None


@dataclass(frozen=True)
class PlanForm:
    """Weekly hours as they were written: days as «2027-01-11»."""

    valid_from: str
    valid_until: str | None
    weekly: Sequence[StretchForm]


class _Errors:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []

    def say(self, pointer: str, code: str, detail: str) -> None:
        self.found.append(FieldError(pointer, code, detail))

    def end(self) -> None:
        if self.found:
            raise InvalidInputError(self.found)


def plans_of(
    forms: Sequence[PlanForm], rooms: Collection[str], at: str = "/plans"
) -> tuple[Plan, ...]:
    """The plans of a timetable, by the first day of each.

    Raises:
        InvalidInputError: each wrong field, with its place below `at`.
    """
    errors = _Errors()
    if len(forms) > MOST_PLANS:
        errors.say(at, "too-many", f"Не больше {MOST_PLANS} расписаний одного врача.")
    found = [_plan(form, rooms, f"{at}/{n}", errors) for n, form in enumerate(forms[:MOST_PLANS])]
    for n, plan in enumerate(found):
        if plan is not None and any(other.meets(plan) for other in found[:n] if other):
            detail = "Срок пересекается с другим расписанием этого врача."
            errors.say(f"{at}/{n}/valid_from", "overlap", detail)
    errors.end()
    return tuple(sorted((p for p in found if p is not None), key=lambda p: p.valid_from))


def exception_of(
    day: str,
    stretches: Sequence[StretchForm],
    rooms: Collection[str],
    *,
    extra: bool,
    reason: str | None,
) -> Exceptional:
    """A day that differs.

    Raises:
        InvalidInputError: each wrong field.
    """
    errors = _Errors()
    parsed = _day(day, "/day", errors)
    if extra and not stretches:
        errors.say("/stretches", "missing", "Укажите дополнительные часы.")
    found = _stretches(stretches, rooms, "/stretches", errors)
    _refuse_overlaps([(n, 0, s) for n, s in found], "/stretches", errors)
    errors.end()
    return Exceptional(_sure(parsed), tuple(s for _, s in found), extra, reason or None)


def absence_of(
    absence_id: str, since: str, until: str, reason: str, replacement_id: str | None
) -> Absence:
    """An absence.

    Raises:
        InvalidInputError: each wrong field.
    """
    errors = _Errors()
    first, last = _day(since, "/since", errors), _day(until, "/until", errors)
    if first and last and last < first:
        errors.say("/until", "order", "Последний день не может быть раньше первого.")
    elif first and last and (last - first).days > MOST_DAYS:
        errors.say("/until", "too-long", f"Отсутствие – не больше {MOST_DAYS} дней.")
    errors.end()
    return Absence(absence_id, _sure(first), _sure(last), reason, replacement_id)


def _plan(form: PlanForm, rooms: Collection[str], at: str, errors: _Errors) -> Plan | None:
    before = len(errors.found)
    first = _day(form.valid_from, f"{at}/valid_from", errors)
    last = None
    if form.valid_until is not None:
        last = _day(form.valid_until, f"{at}/valid_until", errors)
        if first and last and last < first:
            detail = "Последний день не может быть раньше первого."
            errors.say(f"{at}/valid_until", "order", detail)
    found = _stretches(form.weekly, rooms, f"{at}/weekly", errors)
    weekly = [(n, w) for n, s in found if (w := _weekly(n, s, form, f"{at}/weekly", errors))]
    _refuse_overlaps([(n, w.weekday, w) for n, w in weekly], f"{at}/weekly", errors)
    if first is None or len(errors.found) > before:
        return None
    return Plan(first, last, tuple(w for _, w in weekly))


def _weekly(n: int, stretch: Stretch, form: PlanForm, at: str, errors: _Errors) -> Weekly | None:
    weekday = form.weekly[n].weekday
    if weekday is None or not 1 <= weekday <= 7:  # noqa: PLR2004 - days of a week
        errors.say(f"{at}/{n}/weekday", "weekday", "День недели – от 1 (пн) до 7 (вс).")
        return None
    return Weekly(**vars(stretch), weekday=weekday)


def _stretches(
    forms: Sequence[StretchForm], rooms: Collection[str], at: str, errors: _Errors
) -> list[tuple[int, Stretch]]:
    if len(forms) > MOST_STRETCHES:
        errors.say(at, "too-many", f"Не больше {MOST_STRETCHES} промежутков.")
    found = ((n, _stretch(f, rooms, f"{at}/{n}", errors)) for n, f in enumerate(forms))
    return [(n, s) for n, s in list(found)[:MOST_STRETCHES] if s is not None]


def _stretch(form: StretchForm, rooms: Collection[str], at: str, errors: _Errors) -> Stretch | None:
    before = len(errors.found)
    begins = _time(form.begins, f"{at}/begins", errors)
    ends = _time(form.ends, f"{at}/ends", errors)
    if form.room not in rooms:
        errors.say(f"{at}/room", "room-unknown", "Такого кабинета в клинике нет.")
    if form.kind not in VISIT_KINDS:
        known = ", ".join(VISIT_KINDS)
        errors.say(f"{at}/kind", "visit-kind-unknown", f"Вид приёма – один из: {known}.")
    if form.minutes not in MINUTES:
        detail = f"Приём длится от {MINUTES[0]} до {MINUTES[-1]} минут."
        errors.say(f"{at}/minutes", "minutes", detail)
    if begins is None or ends is None or len(errors.found) > before:
        return None
    found = Stretch(begins, ends, form.room, form.kind, form.minutes)
    if found.length.total_seconds() < 60 * form.minutes:
        errors.say(f"{at}/ends", "too-short", "За это время не проходит ни одного приёма.")
        return None
    return found


def _refuse_overlaps(
    stretches: Sequence[tuple[int, int, Stretch]], at: str, errors: _Errors
) -> None:
    """Of two stretches that overlap the later one is named; a week goes round."""
    spans = sorted(span for n, weekday, s in stretches for span in _minutes(n, weekday, s))
    named = set[int]()
    latest, owner = -1, -1
    for begins, ends, n in spans:
        if begins < latest and n != owner and n not in named:
            named.add(n)
            errors.say(f"{at}/{n}/begins", "overlap", "Часы пересекаются с другими часами врача.")
        if ends > latest:
            latest, owner = ends, n


def _minutes(n: int, weekday: int, stretch: Stretch) -> Iterator[tuple[int, int, int]]:
    """From which to which minute of the week; of a single day (0) there is no other week."""
    day = max(weekday - 1, 0) * 24 * 60
    begins = day + stretch.begins.hour * 60 + stretch.begins.minute
    ends = begins + int(stretch.length.total_seconds()) // 60
    yield begins, ends, n
    if weekday and ends > _WEEK:
        yield 0, ends - _WEEK, n


def _day(text: str, at: str, errors: _Errors) -> date | None:
    found = parse_day(text)
    if found is None:
        errors.say(at, "date", "Нужен день, который есть в календаре, в виде 2027-01-11.")
    return found


def _time(text: str, at: str, errors: _Errors) -> time | None:
    found = _TIME.fullmatch(text)
    if found is None:
        errors.say(at, "time", "Нужно время в виде 08:30.")
        return None
    return time(int(found[1]), int(found[2]))


def _sure(day: date | None) -> date:
    if day is None:  # an error was said, and `end` has raised it
        raise AssertionError
    return day
