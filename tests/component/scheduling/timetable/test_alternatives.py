"""e27, A20: when a doctor is absent, others of the specialty: here first, then the nearest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.clinics import Place
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import CLINIC, Desk, slots_made
from tests.support.services.timetables import KUZNETSOV, ORLOVA

_PLACES = {"clinic-1": (55.77, 37.61), "clinic-2": (55.80, 37.65), "clinic-3": (56.84, 60.6)}


async def _placed(desk: Desk) -> None:
    for clinic_id, (latitude, longitude) in _PLACES.items():
        db = find(desk.app, Runtime).mongo.db
        kept = await db["known_clinics"].find_one({"_id": clinic_id})
        assert kept is not None
        place = Place(latitude=latitude, longitude=longitude)
        told = {k: kept[k] for k in ("name", "timezone", "number")}
        event = CLINIC.model_copy(update={"clinic_id": clinic_id, "place": place, **told})
        assert await deliver(desk.app, an_event(event, aggregate_id=clinic_id, seq=2)) == "handled"
    await slots_made(desk.app)


async def _instead(desk: Desk, path: str, who: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await desk.http.get(path, headers=who or {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_same_clinic_comes_first_and_then_the_nearest(desk: Desk) -> None:
    await _placed(desk)
    found = await _instead(desk, f"/v1/doctors/{ORLOVA}/alternatives?day=2038-03-04")
    assert found["reason"] is None
    clinics = [o["clinic_id"] for o in found["items"]]
    assert clinics == sorted(clinics), "clinic-2 is some kilometres away, clinic-3 a thousand"
    assert set(clinics) == {"clinic-1", "clinic-2"}
    assert {o["doctor_id"] for o in found["items"]} == {KUZNETSOV, "doctor-volkova"}
    assert {o["distance_km"] for o in found["items"][10:]} == {4.2}
    assert all(o["visit"]["starts_at"] >= "2038-03-04" for o in found["items"])
    assert {o["doctor_id"] for o in found["same_doctor"]} == {ORLOVA}


async def test_who_does_not_know_where_the_clinic_is_is_offered_the_soonest(desk: Desk) -> None:
    known = find(desk.app, Runtime).mongo.db["known_clinics"]
    await known.update_one({"_id": "clinic-1"}, {"$set": {"place": None}})
    found = await _instead(desk, f"/v1/doctors/{ORLOVA}/alternatives")
    elsewhere = [o for o in found["items"] if o["clinic_id"] != "clinic-1"]
    starts = [datetime.fromisoformat(o["visit"]["starts_at"]) for o in elsewhere]
    assert starts
    assert starts == sorted(starts)
    assert all(o["distance_km"] is None for o in elsewhere)


async def test_of_ones_own_visit_and_of_nobody_elses(desk: Desk) -> None:
    who, booked = await desk.late_booking()
    path = f"/v1/appointments/{booked['id']}/alternatives"
    found = await _instead(desk, path, who)
    assert {o["visit"]["specialty"] for o in found["items"]} == {"Терапевт"}
    assert ORLOVA not in {o["doctor_id"] for o in found["items"]}
    stranger = await desk.citizen("citizen-2")
    assert (await desk.http.get(path, headers=stranger)).status_code == 404


async def test_where_there_is_none_the_answer_says_why(desk: Desk) -> None:
    """Nobody else of the specialty, or no time of theirs."""
    alone = await _instead(desk, "/v1/doctors/doctor-lebedeva/alternatives")
    assert (alone["items"], alone["reason"]["code"]) == ([], "no-specialist")
    slots = find(desk.app, Runtime).mongo.db["slots"]
    await slots.update_many({"specialty": "therapist"}, {"$set": {"free": False}})
    none = await _instead(desk, f"/v1/doctors/{ORLOVA}/alternatives")
    assert (none["items"], none["reason"]["code"]) == ([], "no-free-time")
    assert (await desk.http.get("/v1/doctors/nobody/alternatives")).status_code == 404
