"""The demo's clinics, doctors and hours."""

from __future__ import annotations

from services.chassis.database.mapping import Mapper
from services.scheduling.demo.gateways import read_demo
from services.scheduling.hours.domain.timetable import Timetable


def test_the_demo_is_complete() -> None:
    """A3: every doctor has a room and hours, in a clinic that exists."""
    clinics, doctors, timetables = read_demo()
    known = {c.id for c in clinics}
    assert {clinic for d in doctors for clinic in d.clinics} == known
    assert len({d.id for d in doctors}) == len(doctors) == len(timetables)
    assert "doctor-orlova" in {d.id for d in doctors}, "she has a demo account"
    assert all(t.plans[0].weekly for t in timetables)
    assert all(c.zone and c.licence.number for c in clinics)


def test_a_timetable_comes_back_from_the_database_as_it_was() -> None:
    """BSON has no days and no times of day."""
    mapper = Mapper(Timetable)
    _, _, timetables = read_demo()
    assert [mapper.value(mapper.document(t)) for t in timetables] == list(timetables)
