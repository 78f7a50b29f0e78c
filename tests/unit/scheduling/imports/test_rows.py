"""Rows of timetables, on the demo's own region."""

from __future__ import annotations

import pytest

from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import InvalidInputError
from services.scheduling.hours.domain.timetable import Timetable
from services.scheduling.imports.domain import TimetableRow
from tests.support.services import region

ROOMS = {clinic.clinic_id: {room.number for room in clinic.rooms} for clinic in region.clinics()}
ROW = TimetableRow(doctor_id="d", clinic_id="c", hours="пн 08:00–10:00", room="1")  # type: ignore[arg-type] # as a cell says it


def test_the_demo_is_complete() -> None:
    """A3: every doctor has a room and hours, in a clinic of their posts.

    At another of them they may be for certificates alone.
    """
    posts = {
        (person.account_id, post.clinic_id)
        for person in region.staff()
        if person.practice
        for post in person.posts
    }
    rows = region.timetables()
    assert {(row.doctor_id, row.clinic_id) for row in rows} <= posts
    receiving = {row.doctor_id for row in rows}
    assert receiving == {doctor_id for doctor_id, _ in posts}
    assert "doctor-orlova" in receiving, "she has a demo account"
    assert all(row.read(ROOMS[row.clinic_id])[0].weekly for row in rows)


def test_a_timetable_comes_back_from_the_database_as_it_was() -> None:
    """BSON has no days and no times of day."""
    mapper = Mapper(Timetable)
    for row in region.timetables():
        plans = row.read(ROOMS[row.clinic_id])
        made = Timetable(row.id, row.doctor_id, row.clinic_id, plans)
        assert mapper.value(mapper.document(made)) == made


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"room": "2"}, "/room"),
        ({"minutes": 600}, "/minutes"),
        ({"kind": "танцы"}, "/kind"),
        ({"hours": ()}, "/hours"),
        ({"valid_from": "2027-02-29"}, "/valid_from"),
        ({"valid_from": "2027-02-01", "valid_until": "2027-01-01"}, "/valid_until"),
    ],
)
def test_what_is_wrong_is_told_by_its_column(change: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        ROW.model_copy(update=change).read({"1"})
    assert [error.pointer for error in refused.value.errors] == [pointer]
