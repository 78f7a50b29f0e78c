"""What a row says: which employee, which certificate, and what is typed into its form (C48)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import field_errors, tidied_values, unknown_errors
from services.certificates.known.domain.people import Person, full_name, same_name
from services.chassis.foundation.dates import parse_day
from services.chassis.foundation.errors import FieldError
from services.chassis.foundation.text import hyphens, line, number
from services.importing.table import Columns, Row, folded

TABLE = "applications"
_SNILS = re.compile(r"[0-9]{11}")
_SNILS_LENGTH, _LOST_ZEROS = 11, 2
"""A spreadsheet that takes the number for a number loses the zeros before it."""
_RUSSIAN_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_Cell = Annotated[str, Field(max_length=4000)]
_REQUIRED = "Заполните столбец «{title}»."
_MEDICAL = "Сведения о здоровье указывает только сам работник."


class RowForm(Row):
    """A row as it stands in the file; the fields of the certificate's form are columns, too."""

    key: _Cell = ""
    snils: _Cell = ""
    last_name: _Cell = ""
    first_name: _Cell = ""
    middle_name: _Cell = ""
    birth_date: _Cell = ""
    type: _Cell = ""
    clinic_id: _Cell = ""
    fields: dict[str, _Cell] = Field(default={})


TITLES: Mapping[str, str] = {
    "key": "Табельный номер",
    "snils": "СНИЛС",
    "last_name": "Фамилия",
    "first_name": "Имя",
    "middle_name": "Отчество",
    "birth_date": "Дата рождения",
    "type": "Справка",
    "clinic_id": "Клиника",
}
COLUMNS = Columns(RowForm, TITLES)


@dataclass(frozen=True)
class Wish:
    """A row as it was meant: whom, what, where; `typed` by the names of the form's fields."""

    snils: str
    full_name: str
    birth_date: date | None
    clinic_id: str | None
    typed: Mapping[str, str]


def cells(values: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a row, by column; what is no column of ours is a field of the form."""
    found = COLUMNS.fields(values)
    more = {str(name): value for name, value in found.items() if name not in RowForm.model_fields}
    known = {name: value for name, value in found.items() if name in RowForm.model_fields}
    typed = known.get("fields")
    return {**known, "fields": {**(typed if isinstance(typed, Mapping) else {}), **more}}


def kind_named(types: Sequence[CertificateType], said: str) -> CertificateType | None:
    """The type of that code, or of that name."""
    wanted = folded(said)
    return next((k for k in types if wanted in {folded(k.code), folded(k.title)}), None)


def wish_of(form: RowForm, kind: CertificateType | None) -> Wish:
    """The row as it was meant."""
    names = (
        {folded(word): f.name for f in kind.fields for word in (f.label, f.name)} if kind else {}
    )
    typed = {
        names.get(folded(title), title): value for title, value in form.fields.items() if value
    }
    digits = number(form.snils)
    return Wish(
        digits.zfill(_SNILS_LENGTH) if len(digits) >= _SNILS_LENGTH - _LOST_ZEROS else digits,
        full_name(line(form.last_name), line(form.first_name), line(form.middle_name) or None),
        _day(form.birth_date),
        line(form.clinic_id) or None,
        tidied_values(kind.fields, typed) if kind else typed,
    )


def row_errors(
    form: RowForm, wish: Wish, kind: CertificateType | None, *, today: date
) -> list[FieldError]:
    """All that is wrong with a row, whoever it is about."""
    needed = ("key", "snils", "last_name", "first_name", "birth_date", "type")
    errors = [
        FieldError(f"/{name}", "required", _REQUIRED.format(title=TITLES[name]))
        for name in needed
        if not line(getattr(form, name))
    ]
    if line(form.snils) and _SNILS.fullmatch(wish.snils) is None:
        errors.append(FieldError("/snils", "snils-format", "СНИЛС состоит из 11 цифр."))
    if line(form.birth_date) and wish.birth_date is None:
        errors.append(FieldError("/birth_date", "date", "Нужна дата в виде ГГГГ-ММ-ДД."))
    if line(form.type) and kind is None:
        errors.append(FieldError("/type", "unknown-type", "Такой справки в каталоге нет."))
    return errors + (_typed_errors(wish, kind, today) if kind else [])


def _typed_errors(wish: Wish, kind: CertificateType, today: date) -> list[FieldError]:
    named = [f for f in kind.fields if f.name in wish.typed]
    ours = [f for f in named if not f.medical]
    medical = [f for f in named if f.medical]
    return [
        *unknown_errors(kind.fields, wish.typed, prefix="/fields"),
        *(FieldError(f"/fields/{f.name}", "field-medical", _MEDICAL) for f in medical),
        *field_errors(ours, wish.typed, today=today, prefix="/fields"),
    ]


def is_meant(person: Person, wish: Wish) -> bool:
    """Whether this is the employee: the number, the whole name and the birth date agree."""
    own = full_name(person.last_name, person.first_name, person.middle_name)
    return person.birth_date == wish.birth_date and same_name(own, wish.full_name)


def _day(text: str) -> date | None:
    """`2007-04-18`, `18.04.2007`, or as a spreadsheet has it: a day with a midnight after it."""
    day = hyphens(line(text)).removesuffix(" 00:00:00").removesuffix("T00:00:00")
    russian = _RUSSIAN_DAY.fullmatch(day)
    return parse_day("-".join(russian.groups()[::-1]) if russian else day)
