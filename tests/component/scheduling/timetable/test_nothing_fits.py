"""A20, e28–e30: where nothing fits, the answer says why, what is closest, and the ways on."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.clinics import Place
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import CLINIC, Desk
from tests.support.services.timetables import ORLOVA

HOLIDAY = {"from": "2038-03-08", "to": "2038-03-08"}
BEYOND = {"from": "2038-12-01", "to": "2038-12-02"}
_PLACES = {"clinic-1": 55.77, "clinic-2": 55.80, "clinic-3": 56.84}


@pytest.fixture
async def placed(desk: Desk) -> Desk:
    """Clinic 2 is 3 km from clinic 1, clinic 3 more than a hundred."""
    for clinic_id, latitude in _PLACES.items():
        place = Place(latitude=latitude, longitude=37.61)
        data = CLINIC.model_copy(
            update={"clinic_id": clinic_id, "place": place, "insurance": ("ОМС",)}
        )
        assert await deliver(desk.app, an_event(data, aggregate_id=clinic_id, seq=2)) == "handled"
    return desk


async def _instead(desk: Desk, **asked: str) -> tuple[str, list[dict[str, Any]]]:
    answer = await desk.http.get("/v1/slots", params=asked)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["items"] == []
    found = body["instead"]
    assert found["reason"]["detail"]
    assert len(found["alternatives"]) <= 5
    assert (found["waits"]["path"], found["requests"]["path"]) == ("/v1/waits", "/v1/requests")
    return found["reason"]["code"], found["alternatives"]


async def _none_free(desk: Desk, **where: str) -> None:
    slots = find(desk.app, Runtime).mongo.db["slots"]
    await slots.update_many(where, {"$set": {"free": False}})


async def test_a_holiday_is_the_reason_and_the_days_after_it_are_offered_e30(desk: Desk) -> None:
    code, others = await _instead(desk, doctor_id=ORLOVA, **HOLIDAY)
    assert code == "closed-days"
    assert {o["doctor_id"] for o in others} == {ORLOVA}
    assert all(o["visit"]["starts_at"] > "2038-03-09" for o in others)
    assert (await _instead(desk, specialty="therapist", **HOLIDAY))[0] == "closed-days"


async def test_the_first_days_with_time_are_offered_instead_of_full_ones_e28(desk: Desk) -> None:
    await _none_free(desk, specialty="therapist", day="2038-03-10")
    asked = {"specialty": "therapist", "from": "2038-03-10", "to": "2038-03-10"}
    code, others = await _instead(desk, **asked)
    assert code == "outside-the-days"
    assert {o["visit"]["starts_at"][:10] for o in others} == {"2038-03-11"}
    code, others = await _instead(desk, specialty="therapist", **BEYOND)
    assert (code, len(others)) == ("outside-the-days", 5), "time before them, where none is after"


async def test_other_hours_are_offered(desk: Desk) -> None:
    asked = {"clinic_id": "clinic-1", "time_from": "22:00", "time_to": "06:00"}
    code, others = await _instead(desk, **asked)
    assert code == "outside-the-hours"
    assert {o["clinic_id"] for o in others} == {"clinic-1"}


async def test_the_nearest_of_the_same_profile_are_offered_a20(placed: Desk) -> None:
    await _none_free(placed, clinic_id="clinic-1", specialty="therapist")
    for asked in ({"specialty": "therapist", "clinic_id": "clinic-1"}, {"doctor_id": ORLOVA}):
        code, others = await _instead(placed, **asked)
        assert code == "no-free-time-here"
        assert {(o["clinic_id"], o["distance_km"]) for o in others} == {("clinic-2", 3.3)}
        assert {o["visit"]["specialty"] for o in others} == {"Терапевт"}


async def test_what_is_further_is_offered_where_nothing_is_near(placed: Desk) -> None:
    code, others = await _instead(placed, specialty="therapist", near="55.9,37.61", within_km="5")
    assert code == "too-far"
    assert {o["clinic_id"] for o in others} == {"clinic-2"}


@pytest.mark.parametrize(
    "asked",
    [{"experience": "80"}, {"insurance": "ДМС «Юг»"}, {"kind": "vaccination"}],
)
async def test_time_without_the_other_wishes_is_offered(
    placed: Desk, asked: dict[str, str]
) -> None:
    code, others = await _instead(placed, specialty="therapist", **asked)
    assert (code, len(others)) == ("too-narrow", 5)


async def test_there_is_no_time_or_nobody_at_all_e29(desk: Desk) -> None:
    await _none_free(desk, specialty="therapist")
    assert await _instead(desk, specialty="therapist") == ("no-free-time", [])
    assert await _instead(desk, specialty="oncologist") == ("no-specialist", [])
    there = (await desk.http.get("/v1/slots", params={"clinic_id": "clinic-1"})).json()
    assert there["instead"] is None
