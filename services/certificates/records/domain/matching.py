"""The patient as the profile has them, held against the base of a clinic or the register (C24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.known.domain.people import Person
from services.chassis.foundation.text import name, number

_ABSENT = "нет в базе"
_SHOWN_DIGITS = 2
_LABELS: Mapping[str, str] = {
    "last_name": "Фамилия",
    "first_name": "Имя",
    "middle_name": "Отчество",
    "birth_date": "Дата рождения",
    "snils": "СНИЛС",
    "oms": "Полис ОМС",
}
_NUMBERS = ("snils", "oms")


@dataclass(frozen=True)
class Patient:
    """A person as whoever answers has them; numbers are digits."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    snils: str | None = None
    oms: str | None = None


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same: in the profile, and in the base that was asked."""

    field: str
    label: str
    ours: str
    theirs: str

    @property
    def masked(self) -> Difference:
        """For the citizen: enough to see what to mend, nothing of another person (C24)."""
        hide = _masked_number if self.field in _NUMBERS else _masked_word
        return Difference(self.field, self.label, self.ours, hide(self.theirs))


def differences(person: Person, patient: Patient) -> tuple[Difference, ...]:
    """Everything that is not the same.

    A number that the base does not have is none, as long as another one is the same: a name and a
    birthday alone may be two people's.
    """
    found = []
    for field in ("last_name", "first_name", "middle_name"):
        ours, theirs = getattr(person, field) or "", getattr(patient, field) or ""
        if _plain(ours) != _plain(theirs):
            found.append(_difference(field, ours, theirs))
    if person.birth_date != patient.birth_date:
        days = russian_date(person.birth_date), russian_date(patient.birth_date)
        found.append(_difference("birth_date", *days))
    pairs = {f: (getattr(person, f) or "", number(getattr(patient, f) or "")) for f in _NUMBERS}
    compared = {f: pair for f, pair in pairs.items() if all(pair)}
    found += [_difference(f, *pair) for f, pair in compared.items() if pair[0] != pair[1]]
    if not compared:
        missing = next((f for f in _NUMBERS if pairs[f][0]), _NUMBERS[0])
        found.append(_difference(missing, *pairs[missing]))
    return tuple(found)


def _difference(field: str, ours: str, theirs: str) -> Difference:
    return Difference(field, _LABELS[field], ours or _ABSENT, theirs or _ABSENT)


def _plain(part: str) -> str:
    return name(part).casefold().replace("ё", "е")


def _masked_word(text: str) -> str:
    return text if text == _ABSENT else f"{text[:1]}***"


def _masked_number(text: str) -> str:
    return text if text == _ABSENT else f"***{text[-_SHOWN_DIGITS:]}"
