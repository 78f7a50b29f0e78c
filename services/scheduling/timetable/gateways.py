"""Seeds from outside the database: public holidays of Russia, and the demo clinics and doctors.

Seeds only: what is stored is the truth, and an operator can correct it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated

import holidays
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.foundation.text import line
from services.chassis.foundation.typed import Tidied
from services.scheduling.timetable.domain import (
    Clinic,
    ClosedDay,
    Doctor,
    Hours,
    Licence,
    Specialty,
)

DEMO = Path(__file__).with_name("demo") / "clinics.json"


class _Seed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# what a talon shows: a wrong letter stops the start, not the sealing of every talon
_Printed = Annotated[str, Tidied(line, longest=300, shortest=1, printed=True)]


class _Clinic(_Seed):
    id: str
    number: _Printed
    name: _Printed
    address: _Printed
    phone: str
    timezone: str


class _Doctor(_Seed):
    id: str
    full_name: _Printed
    specialty: str
    clinic_id: str
    room: _Printed
    practising_since: int = Field(ge=1950)
    licence: str
    licence_issued_on: date
    visit_minutes: int = Field(ge=5, le=120)
    weekly: dict[int, list[tuple[time, time]]]


class _Demo(_Seed):
    about: str
    specialties: dict[str, _Printed]
    clinics: list[_Clinic]
    doctors: list[_Doctor]


def public_holidays(years: Iterable[int]) -> list[ClosedDay]:
    """Days off by the Russian production calendar, transfers included where they are published."""
    found = holidays.country_holidays("RU", years=list(years), language="ru")
    return [ClosedDay(day, str(name)) for day, name in sorted(found.items())]


def demo_reference(path: Path = DEMO) -> tuple[Sequence[Clinic], Sequence[Doctor]]:
    """The clinics and doctors of the demo.

    Raises:
        pydantic.ValidationError: the data file is wrong.
        KeyError: a doctor has a specialty that the file does not name.
    """
    demo = _Demo.model_validate_json(path.read_bytes())
    clinics = [Clinic(**c.model_dump()) for c in demo.clinics]
    return clinics, [_doctor(d, demo.specialties) for d in demo.doctors]


def _doctor(seed: _Doctor, specialties: dict[str, str]) -> Doctor:
    return Doctor(
        id=seed.id,
        full_name=seed.full_name,
        specialty=Specialty(seed.specialty, specialties[seed.specialty]),
        clinic_id=seed.clinic_id,
        room=seed.room,
        practising_since=seed.practising_since,
        licence=Licence(seed.licence, seed.licence_issued_on),
        visit_minutes=seed.visit_minutes,
        weekly={
            day: tuple(Hours(begins, ends) for begins, ends in hours)
            for day, hours in seed.weekly.items()
        },
    )
