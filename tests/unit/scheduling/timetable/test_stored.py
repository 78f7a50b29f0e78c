"""Doctors as they lie in the database: BSON has text for keys, and no days or hours."""

from __future__ import annotations

from datetime import UTC, datetime

from services.scheduling.timetable.gateways import demo_reference
from services.scheduling.timetable.store.reference import _DoctorMapper


def test_a_doctor_comes_back_as_they_were() -> None:
    _, doctors = demo_reference()
    mapper = _DoctorMapper()
    assert [mapper.value(mapper.document(doctor)) for doctor in doctors] == list(doctors)


def test_weekdays_and_days_are_kept_as_ever() -> None:
    _, (doctor, *_) = demo_reference()
    stored = _DoctorMapper().document(doctor)
    assert all(day in "1234567" for day in stored["weekly"])
    assert all(
        len(ends) == 5 for hours in stored["weekly"].values() for pair in hours for ends in pair
    )
    issued = doctor.licence.issued_on
    midnight = datetime(issued.year, issued.month, issued.day, tzinfo=UTC)
    assert stored["licence"]["issued_on"] == midnight
