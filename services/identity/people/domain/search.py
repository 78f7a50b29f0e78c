"""By what staff find a person: exactly, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.chassis.foundation.dates import parse_day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import hyphens, line, number
from services.identity.accounts.domain import named_as, phone_of
from services.identity.profiles.domain.profile import number_error


@dataclass(frozen=True)
class Search:
    """What was typed, by one of the three ways."""

    full_name: str | None = None
    birth_date: str | None = None
    phone: str | None = None
    snils: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What is looked for; one of them is there."""

    name: str | None = None
    born: date | None = None
    phone: str | None = None
    snils: str | None = None


def wanted(search: Search) -> Wanted:
    """What somebody means who typed this.

    Raises:
        InvalidInputError: not exactly one way, or a wrong field.
    """
    named = bool(line(search.full_name or "") or line(search.birth_date or ""))
    ways = [named, bool(line(search.phone or "")), bool(line(search.snils or ""))]
    if sum(ways) != 1:
        detail = "Ищите чем-то одним: ФИО и датой рождения, телефоном или СНИЛС."
        fields = ("full_name", "phone", "snils")
        raise InvalidInputError([FieldError(f"/{f}", "one-of", detail) for f in fields], detail)
    if named:
        return _by_name(search)
    if ways[1]:
        return _by_phone(search)
    digits = number(search.snils or "")
    if (wrong := number_error("snils", digits)) is not None:
        raise InvalidInputError([wrong])
    return Wanted(snils=digits)


def _by_name(search: Search) -> Wanted:
    name, errors = named_as(line(search.full_name or "")), []
    born = parse_day(hyphens(line(search.birth_date or "")), first_year=1)
    if not name:
        errors.append(FieldError("/full_name", "missing", "Нужны фамилия, имя и отчество."))
    if born is None:
        detail = "Нужна дата рождения в виде ГГГГ-ММ-ДД."
        errors.append(FieldError("/birth_date", "date-format", detail))
    if errors or born is None:
        raise InvalidInputError(errors)
    return Wanted(name=name, born=born)


def _by_phone(search: Search) -> Wanted:
    phone = phone_of(search.phone or "")
    if phone is None:
        detail = "Нужен номер телефона, например +7 912 345-67-89."
        raise InvalidInputError([FieldError("/phone", "phone-format", detail)])
    return Wanted(phone=phone.address)
