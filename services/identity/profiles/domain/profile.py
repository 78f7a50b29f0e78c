"""A person's profile: what they fill in, checked as a whole, every wrong field named (I13, e1).

Refuses to say whether the numbers belong to the person: that is the state registry's answer (I2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.chassis.foundation.dates import parse_day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import hyphens, line, unprintable_detail
from services.chassis.foundation.text import name as tidied_name
from services.chassis.foundation.text import number as digits_of
from services.identity.accounts.domain import (
    Category,
    Gender,
    Passport,
    Person,
    email_of,
    phone_of,
)
from services.identity.profiles.domain.checks import inn_valid, is_digits, oms_valid, snils_valid
from services.identity.profiles.domain.names import name_detail

_OLDEST_YEARS = 130
_LONGEST_ADDRESS = 250


# I10 (S0:46-48). A resident's permit is not asked for yet: the passport of a resident is optional.
_REQUIRED: Mapping[Category, frozenset[str]] = {
    Category.CITIZEN: frozenset({"passport", "inn"}),
    Category.RESIDENT: frozenset({"snils"}),
    Category.TEMPORARY: frozenset(),
}


@dataclass(frozen=True)
class Form:
    """A profile as a person typed it. Everything is text: one answer names all errors."""

    category: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: str | None = None
    snils: str | None = None
    inn: str | None = None
    oms: str | None = None
    passport_series: str | None = None
    passport_number: str | None = None
    phone: str | None = None
    email: str | None = None
    gender: str | None = None
    registration_address: str | None = None


@dataclass(frozen=True)
class Checked:
    """What a form means: the person, and contacts that the person typed."""

    person: Person
    phone: str | None
    email: str | None


@dataclass
class _Findings:
    errors: list[FieldError] = field(default_factory=list)

    def add(self, name: str, code: str, detail: str) -> None:
        self.errors.append(FieldError(f"/{name}", code, detail))

    def missing(self, name: str) -> None:
        self.add(name, "missing", "Обязательное поле.")


def checked(form: Form, today: date) -> Checked:
    """The form as a profile.

    Raises:
        InvalidInputError: names every wrong field.
    """
    found = _Findings()
    category = _category(form, found)
    required = _REQUIRED[category] if category else frozenset()
    names = [
        _name(form.last_name, "last_name", found, required=True),
        _name(form.first_name, "first_name", found, required=True),
        _name(form.middle_name, "middle_name", found, required=False),
    ]
    born = _birth_date(form.birth_date, today, found)
    numbers = _numbers(form, required, found)
    passport = _passport(form, found, required="passport" in required)
    phone, email = _contacts(form, found)
    gender, address = _gender(form.gender, found), _address(form.registration_address, found)
    last, first, middle = names
    if found.errors or category is None or last is None or first is None or born is None:
        raise InvalidInputError(found.errors)
    person = Person(category, last, first, middle, born, *numbers, passport)
    person = replace(person, gender=gender, registration_address=address)
    return Checked(person, phone, email)


def _category(form: Form, found: _Findings) -> Category | None:
    if _blank(form.category):
        found.missing("category")
        return None
    try:
        return Category(line(form.category or ""))
    except ValueError:
        expected = ", ".join(f"«{c}»" for c in Category)
        found.add("category", "enum", f"Недопустимое значение. Возможны: {expected}.")
        return None


def _name(text: str | None, name: str, found: _Findings, *, required: bool) -> str | None:
    cleaned = tidied_name(text or "")
    if not cleaned:
        if required:
            found.missing(name)
        return None
    if (wrong := name_detail(cleaned)) is not None:
        found.add(name, "name-letters", wrong)
        return None
    return cleaned


def _birth_date(text: str | None, today: date, found: _Findings) -> date | None:
    if _blank(text):
        found.missing("birth_date")
        return None
    born = parse_day(hyphens(line(text or "")), first_year=1)
    if born is None:
        found.add("birth_date", "date-format", "Нужна дата в виде ГГГГ-ММ-ДД.")
        return None
    if born >= today:
        found.add("birth_date", "birth-date-future", "Дата рождения должна быть в прошлом.")
        return None
    before_birthday = (today.month, today.day) < (born.month, born.day)
    if today.year - born.year - before_birthday > _OLDEST_YEARS:
        found.add("birth_date", "birth-date-too-old", "Проверьте год рождения.")
        return None
    return born


def _numbers(
    form: Form, required: frozenset[str], found: _Findings
) -> tuple[str | None, str | None, str | None]:
    return (
        _number(form.snils, "snils", found, required=required),
        _number(form.inn, "inn", found, required=required),
        _number(form.oms, "oms", found, required=required),
    )


# Its name in a sentence, its length, its check.
_NUMBERS: Mapping[str, tuple[str, int, Callable[[str], bool]]] = {
    "snils": ("СНИЛС", 11, snils_valid),
    "inn": ("ИНН", 12, inn_valid),
    "oms": ("полиса ОМС", 16, oms_valid),
}


def number_error(name: str, digits: str) -> FieldError | None:
    """What is wrong with the digits of `snils`, `inn` or `oms`."""
    label, length, valid = _NUMBERS[name]
    if not is_digits(digits, length):
        detail = f"Номер {label} состоит из {length} цифр."
        return FieldError(f"/{name}", f"{name}-format", detail)
    if not valid(digits):
        detail = f"Контрольное число {label} не сходится. Проверьте цифры."
        return FieldError(f"/{name}", f"{name}-check-digits", detail)
    return None


def _number(
    text: str | None, name: str, found: _Findings, *, required: frozenset[str]
) -> str | None:
    if _blank(text):
        if name in required:
            found.missing(name)
        return None
    digits = digits_of(text or "")
    wrong = number_error(name, digits)
    if wrong:
        found.errors.append(wrong)
        return None
    return digits


def _passport(form: Form, found: _Findings, *, required: bool) -> Passport | None:
    if _blank(form.passport_series) and _blank(form.passport_number):
        if required:
            found.missing("passport")
        return None
    series, number = digits_of(form.passport_series or ""), digits_of(form.passport_number or "")
    good = True
    for name, digits, length in (("series", series, 4), ("number", number, 6)):
        if not is_digits(digits, length):
            word = "Серия" if name == "series" else "Номер"
            detail = f"{word} паспорта состоит из {length} цифр."
            found.add(f"passport/{name}", f"passport-{name}-format", detail)
            good = False
    return Passport(series, number) if good else None


def _gender(text: str | None, found: _Findings) -> Gender | None:
    if _blank(text):
        return None
    try:
        return Gender(line(text or ""))
    except ValueError:
        expected = ", ".join(f"«{g}»" for g in Gender)
        found.add("gender", "enum", f"Недопустимое значение. Возможны: {expected}.")
        return None


def _address(text: str | None, found: _Findings) -> str | None:
    address = line(text or "")
    if len(address) > _LONGEST_ADDRESS:
        found.add("registration_address", "too-long", f"Не больше {_LONGEST_ADDRESS} символов.")
        return None
    if (wrong := unprintable_detail(address)) is not None:
        found.add("registration_address", "unprintable", wrong)
        return None
    return address or None


def _contacts(form: Form, found: _Findings) -> tuple[str | None, str | None]:
    phone = phone_of(form.phone or "")
    if phone is None and not _blank(form.phone):
        found.add("phone", "phone-format", "Нужен номер телефона, например +7 912 345-67-89.")
    email = email_of(form.email or "")
    if email is None and not _blank(form.email):
        found.add("email", "email-format", "Нужен адрес электронной почты, например name@mail.ru.")
    return phone.address if phone else None, email.address if email else None


def _blank(text: str | None) -> bool:
    return not line(text or "")
