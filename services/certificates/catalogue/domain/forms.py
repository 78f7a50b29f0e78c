"""The fields of a form as data, and what makes a value wrong (C6, C50).

A draft keeps whatever was typed; this says, for all fields at once, what would have to be mended.
Values are text: dates as `YYYY-MM-DD`, choices as their code, numbers as their digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints

from services.certificates.catalogue.domain.patterns import is_pattern, matches
from services.chassis.foundation.dates import parse_day
from services.chassis.foundation.errors import FieldError
from services.chassis.foundation.text import hyphens, line, number, prose, unprintable_detail

Written = Annotated[str, StringConstraints(max_length=4000)]
"""What is typed into a field, as far as anybody reads it; the field's own rules say more."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    NUMBER = "number"


def _date(value: str) -> str:
    return hyphens(line(value))


_TIDIED: Mapping[Kind, Callable[[str], str]] = {
    Kind.TEXT: prose,
    Kind.DATE: _date,
    Kind.CHOICE: line,
    Kind.NUMBER: number,
}


@dataclass(frozen=True)
class Option:
    """One value of a choice."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    code: str
    title: str


@dataclass(frozen=True)
class Condition:
    """Something belongs to the form only where another field has one of these values."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    field: str
    among: tuple[str, ...]

    def met(self, values: Mapping[str, str]) -> bool:
        """Whether it does."""
        return values.get(self.field, "") in self.among


@dataclass(frozen=True)
class Field:
    """One field of a form.

    `prefill` names the part of the confirmed profile that it is filled from (C5); where the
    profile has it and `editable` is false, it cannot be typed over (C24). Dates count from today:
    `from_days` and `to_days` say how far back and ahead they may lie. What is typed into a field
    whose condition is not met is kept in the draft, and neither checked nor filed. What is
    `medical` is typed anew each time, and by nobody else for its citizen (C48).
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    hint: str | None = None
    prefill: str | None = None
    editable: bool = True
    max_length: int = 200
    pattern: str | None = None
    pattern_hint: str = "Значение записано не по формату."
    options: tuple[Option, ...] = ()
    default: str | None = None
    from_days: int | None = None
    to_days: int | None = None
    when: Condition | None = None
    medical: bool = False

    def __post_init__(self) -> None:
        """Refuse a choice without options, a default that is none of them, a broken pattern."""
        codes = {option.code for option in self.options}
        if (self.kind is Kind.CHOICE) != bool(codes):
            message = "значения бывают у поля выбора (choice), и без них его нет"
            raise ValueError(message)
        if self.kind is Kind.CHOICE and self.default is not None and self.default not in codes:
            message = "значение по умолчанию – ни одно из значений поля"
            raise ValueError(message)
        if self.pattern is not None and not is_pattern(self.pattern):
            message = "это не выражение RE2 (без ссылок назад и просмотра вперёд, до 300 знаков)"
            raise ValueError(message)

    def tidied(self, value: str) -> str:
        """The value as it is kept: one form for all that means the same."""
        return _TIDIED[self.kind](value)

    def shown(self, value: str) -> str:
        """The value as a person reads it."""
        if self.kind is Kind.CHOICE:
            return next((o.title for o in self.options if o.code == value), value)
        if self.kind is Kind.DATE:
            return russian_date(date.fromisoformat(value))
        return value


def russian_date(day: date) -> str:
    """`31.12.2026`."""
    return f"{day:%d.%m.%Y}"


def tidied_values(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, str]:
    """The values of a form as they are kept; what the form does not have stays as it is."""
    known = {field.name: field for field in fields}
    return {
        name: known[name].tidied(value) if name in known else value
        for name, value in values.items()
    }


FROM_PROFILE = "Берётся из подтверждённого профиля. Измените данные в профиле."


def locked_values(fields: Iterable[Field], prefill: Mapping[str, str]) -> dict[str, str]:
    """The values that only the profile may say; an absent middle name is a fact as well (C24)."""
    return {
        field.name: prefill.get(field.prefill, "")
        for field in fields
        if field.prefill is not None and not field.editable
    }


def asked_fields(fields: Iterable[Field], values: Mapping[str, str]) -> list[Field]:
    """The fields that the form has with these values."""
    return [f for f in fields if f.when is None or f.when.met(values)]


def unprintable_errors(
    fields: Iterable[Field], values: Mapping[str, str], *, prefix: str = ""
) -> list[FieldError]:
    """The values that no document can show, with the letters named."""
    found = [(field, unprintable_detail(values.get(field.name, ""))) for field in fields]
    return [
        FieldError(f"{prefix}/{field.name}", "unprintable", detail)
        for field, detail in found
        if detail is not None
    ]


def field_errors(
    fields: Iterable[Field], values: Mapping[str, str], *, today: date, prefix: str = ""
) -> list[FieldError]:
    """Everything that is wrong with the values, in the order of the form (C6).

    Two days that are called `…_from` and `…_to` are a period, and in this order.
    """
    errors, asked = [], {field.name: field for field in asked_fields(fields, values)}
    for field in asked.values():
        found = _wrong(field, values.get(field.name, ""), today) or _backwards(field, asked, values)
        if found is not None:
            errors.append(FieldError(f"{prefix}/{field.name}", *found))
    return errors


def unknown_errors(
    fields: Iterable[Field], names: Iterable[str], *, prefix: str = ""
) -> list[FieldError]:
    """Names that the form does not have."""
    known = {field.name for field in fields}
    return [
        FieldError(
            f"{prefix}/{name.replace('~', '~0').replace('/', '~1')}",
            "unknown-field",
            "Такого поля нет в этой форме.",
        )
        for name in names
        if name not in known
    ]


def _wrong(field: Field, value: str, today: date) -> tuple[str, str] | None:
    """Code and sentence of what is wrong with one value, if anything."""
    if not value:
        return ("required", f"Заполните поле «{field.label}».") if field.required else None
    if field.kind is Kind.DATE:
        return _wrong_date(field, value, today)
    if field.kind is Kind.CHOICE:
        titles = ", ".join(f"«{o.title}»" for o in field.options)
        known = any(o.code == value for o in field.options)
        return None if known else ("choice", f"Выберите одно из значений: {titles}.")
    return _wrong_text(field, value)


def _wrong_text(field: Field, value: str) -> tuple[str, str] | None:
    if len(value) > field.max_length:
        return "too-long", f"Не больше {field.max_length} символов, сейчас {len(value)}."
    if (unprintable := unprintable_detail(value)) is not None:
        return "unprintable", unprintable
    if field.pattern and not matches(field.pattern, value):
        return "format", field.pattern_hint
    return None


def _wrong_date(field: Field, value: str, today: date) -> tuple[str, str] | None:
    day = parse_day(value)
    if day is None:
        return "date", "Нужна дата в виде ГГГГ-ММ-ДД."
    if field.from_days is not None and day < (first := today + timedelta(days=field.from_days)):
        return "too-early", f"Дата не может быть раньше {russian_date(first)}."
    if field.to_days is not None and day > (last := today + timedelta(days=field.to_days)):
        return "too-late", f"Дата не может быть позже {russian_date(last)}."
    return None


def _backwards(
    field: Field, asked: Mapping[str, Field], values: Mapping[str, str]
) -> tuple[str, str] | None:
    first = asked.get(f"{field.name.removesuffix('_to')}_from")
    if first is None or field.kind is not Kind.DATE or not field.name.endswith("_to"):
        return None
    began, ended = parse_day(values.get(first.name, "")), parse_day(values.get(field.name, ""))
    if began is None or ended is None or began <= ended:
        return None
    return "period-backwards", f"Последний день раньше первого: {russian_date(began)}."
