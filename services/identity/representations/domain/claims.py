"""Whom a parent or guardian says that they represent, checked as a whole (I12, I13)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from services.chassis.foundation.dates import age
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import hyphens, line
from services.identity.accounts.domain import ADULT, Category, Person
from services.identity.profiles.domain import Form, checked
from services.identity.representations.domain.representation import Kind

# what looks the same, typed on the other keyboard
_ROMAN = str.maketrans("ХСМІЛ", "XCMIL")
_CERTIFICATE = re.compile(r"([IVXLCХСІ]{1,7})[ -]*([А-Я]{2})[ №N-]*([0-9]{6})")
_KINDS = (Kind.PARENT, Kind.GUARDIAN)


@dataclass(frozen=True)
class ClaimForm:
    """A child as typed. Everything is text: one answer names all errors."""

    kind: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: str | None = None
    snils: str | None = None
    birth_certificate: str | None = None
    oms: str | None = None


def claimed(form: ClaimForm, today: date) -> tuple[Kind, Person]:
    """By what somebody represents whom.

    Raises:
        InvalidInputError: names every wrong field.
    """
    errors, person = _person(form, today)
    kind = next((k for k in _KINDS if k == line(form.kind or "")), None)
    if kind is None:
        errors.append(FieldError("/kind", "enum", "Возможны: «parent», «guardian»."))
    certificate, wrong = _certificate(form.birth_certificate)
    errors += wrong
    if not line(form.snils or "") and not line(form.birth_certificate or ""):
        detail = "Укажите СНИЛС ребёнка, а если его нет – свидетельство о рождении."
        errors.append(FieldError("/snils", "missing", detail))
    if person is not None and age(person.birth_date, today) >= ADULT:
        detail = "Этому человеку уже есть 18 лет: он действует сам."
        errors.append(FieldError("/birth_date", "of-age", detail))
    if errors or kind is None or person is None:
        raise InvalidInputError(errors)
    return kind, replace(person, category=Category.CITIZEN, birth_certificate=certificate)


def _person(form: ClaimForm, today: date) -> tuple[list[FieldError], Person | None]:
    """By the rules of profiles; a child needs none of their papers."""
    asked = Form(
        category=Category.TEMPORARY.value,
        last_name=form.last_name,
        first_name=form.first_name,
        middle_name=form.middle_name,
        birth_date=form.birth_date,
        snils=form.snils,
        oms=form.oms,
    )
    try:
        return [], checked(asked, today).person
    except InvalidInputError as error:
        return list(error.errors), None


def _certificate(typed: str | None) -> tuple[str | None, list[FieldError]]:
    text = hyphens(line(typed or "")).upper()
    if not text:
        return None, []
    found = _CERTIFICATE.fullmatch(text)
    if found is None:
        detail = "Нужны серия и номер свидетельства, например I-АЮ 123456."
        return None, [FieldError("/birth_certificate", "birth-certificate-format", detail)]
    return f"{found[1].translate(_ROMAN)}-{found[2]} {found[3]}", []
