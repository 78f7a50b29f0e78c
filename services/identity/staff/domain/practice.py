"""What patients choose a doctor by, as typed (A3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.specialties import SPECIALTIES
from services.chassis.foundation.findings import Findings
from services.chassis.foundation.text import line
from services.identity.accounts.domain import Conference, Practice, Qualification

_FIRST_YEAR = 1950
_PHOTO = 64


@dataclass(frozen=True)
class QualificationForm:
    """A certificate or an accreditation of a specialist as typed."""

    number: str | None = None
    specialty: str | None = None
    issued_on: str | None = None
    valid_until: str | None = None


@dataclass(frozen=True)
class ConferenceForm:
    """Where a doctor spoke or learned, as typed."""

    title: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class PracticeForm:
    """A doctor's practice as typed."""

    specialties: tuple[str, ...] = ()
    practising_since: int | None = None
    qualifications: tuple[QualificationForm, ...] = ()
    conferences: tuple[ConferenceForm, ...] = ()
    photo: str | None = None


def practice_of(form: PracticeForm, today: date, found: Findings) -> Practice:
    """The form as a practice; what is wrong with it goes to the findings."""
    at = "/practice"
    codes = tuple(line(code) for code in form.specialties)
    if not codes:
        found.missing(f"{at}/specialties", "Укажите специальность врача.")
    for place, code in enumerate(codes):
        _specialty(f"{at}/specialties/{place}", code, found)
        if code in codes[:place]:
            found.add(
                f"{at}/specialties/{place}", "specialty-repeated", "Специальность уже указана."
            )
    since = _year(f"{at}/practising_since", form.practising_since, today.year, found)
    photo = found.line(f"{at}/photo", form.photo, longest=_PHOTO, required=False)
    return Practice(
        specialties=codes,
        practising_since=since,
        qualifications=_qualifications(form.qualifications, found),
        conferences=_conferences(form.conferences, today, found),
        photo=photo or None,
    )


def _specialty(pointer: str, code: str, found: Findings) -> None:
    if code not in SPECIALTIES:
        detail = "Такой специальности нет. Нужен код, например therapist или cardiologist."
        found.add(pointer, "specialty-unknown", detail)


def _qualifications(
    typed: Sequence[QualificationForm], found: Findings
) -> tuple[Qualification, ...]:
    kept = []
    for place, form in enumerate(typed):
        pointer = f"/practice/qualifications/{place}"
        number = found.line(f"{pointer}/number", form.number, longest=100)
        specialty = found.line(f"{pointer}/specialty", form.specialty)
        if specialty:
            _specialty(f"{pointer}/specialty", specialty, found)
        issued_on = found.day(f"{pointer}/issued_on", form.issued_on)
        valid_until = found.day(f"{pointer}/valid_until", form.valid_until, required=False)
        if issued_on is None:
            continue
        if valid_until is not None and valid_until <= issued_on:
            detail = "Срок действия должен кончаться позже даты выдачи."
            found.add(f"{pointer}/valid_until", "permit-ends-early", detail)
        kept.append(Qualification(number, specialty, issued_on, valid_until))
    return tuple(kept)


def _conferences(
    typed: Sequence[ConferenceForm], today: date, found: Findings
) -> tuple[Conference, ...]:
    kept = []
    for place, form in enumerate(typed):
        pointer = f"/practice/conferences/{place}"
        title = found.line(f"{pointer}/title", form.title, longest=300)
        kept.append(Conference(title, _year(f"{pointer}/year", form.year, today.year + 1, found)))
    return tuple(kept)


def _year(pointer: str, typed: int | None, last: int, found: Findings) -> int:
    if typed is None:
        found.missing(pointer)
    elif not _FIRST_YEAR <= typed <= last:
        found.add(pointer, "year-range", f"Год от {_FIRST_YEAR} до {last}.")
    return typed or 0
