"""The file of demo clinics, read and checked. Used in a demo only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.foundation.text import line
from services.chassis.foundation.typed import Tidied
from services.scheduling.hours.domain.forms import PlanForm, StretchForm, plans_of
from services.scheduling.hours.domain.timetable import Timetable, timetable_id
from services.scheduling.known.domain import Clinic, Doctor, Permit, Qualification, Room

DEMO = Path(__file__).with_name("clinics.json")
_ALWAYS = "2020-01-01"


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
    weekly: dict[int, list[tuple[str, str]]]


class _Demo(_Seed):
    about: str
    specialties: dict[str, _Printed]
    clinics: list[_Clinic]
    doctors: list[_Doctor]


def read_demo(path: Path = DEMO) -> tuple[Sequence[Clinic], Sequence[Doctor], Sequence[Timetable]]:
    """The clinics, doctors and timetables of the demo.

    Raises:
        pydantic.ValidationError: the data file is wrong.
        InvalidInputError: its hours are.
    """
    demo = _Demo.model_validate_json(path.read_bytes())
    clinics = [_clinic(clinic, demo.doctors) for clinic in demo.clinics]
    doctors = [_doctor(doctor) for doctor in demo.doctors]
    return clinics, doctors, [_timetable(doctor) for doctor in demo.doctors]


def _clinic(seed: _Clinic, doctors: Sequence[_Doctor]) -> Clinic:
    here = [doctor for doctor in doctors if doctor.clinic_id == seed.id]
    return Clinic(
        **seed.model_dump(),
        organisation=seed.name,
        licence=Permit(here[0].licence, here[0].licence_issued_on),
        rooms=tuple(Room(doctor.room) for doctor in here),
    )


def _doctor(seed: _Doctor) -> Doctor:
    return Doctor(
        id=seed.id,
        full_name=seed.full_name,
        position=None,
        clinics=(seed.clinic_id,),
        specialties=(seed.specialty,),
        practising_since=seed.practising_since,
        qualifications=(
            Qualification(
                number=seed.licence, issued_on=seed.licence_issued_on, specialty=seed.specialty
            ),
        ),
    )


def _timetable(seed: _Doctor) -> Timetable:
    stretches = [
        StretchForm(begins, ends, seed.room, "first", seed.visit_minutes, weekday)
        for weekday, hours in seed.weekly.items()
        for begins, ends in hours
    ]
    plans = plans_of([PlanForm(_ALWAYS, None, stretches)], {seed.room})
    key = timetable_id(seed.id, seed.clinic_id)
    return Timetable(key, seed.id, seed.clinic_id, plans)
