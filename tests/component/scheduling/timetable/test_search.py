"""Doctors, clinics and free time by what patients choose them by (A1, A2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from contracts.clinics import Place
from services.chassis.database.client import Database
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.known.domain import Near, Wanted
from services.scheduling.known.domain import Place as Point
from services.scheduling.known.store import Known, doctors_query
from services.scheduling.timetable.store import SlotQuery
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import CLINIC, MONDAY, Desk

CENTRE = "55.7558,37.6173"


def _db(desk: Desk) -> Database:
    db: Database = find(desk.app, Runtime).mongo.db
    return db


async def _placed(
    desk: Desk, clinic_id: str, latitude: float, *, seq: int = 2, **more: Any
) -> None:
    place = Place(latitude=latitude, longitude=37.6173)
    data = CLINIC.model_copy(update={"clinic_id": clinic_id, "place": place, **more})
    event = an_event(data, aggregate_id=clinic_id, seq=seq)
    assert await deliver(desk.app, event) == "handled"


@pytest.fixture
async def placed(desk: Desk) -> Desk:
    """Clinic 2 is 1 km from the centre, clinic 1 three, clinic 3 a hundred."""
    await _placed(desk, "clinic-1", 55.7828, insurance=("ОМС",))
    await _placed(desk, "clinic-2", 55.7648, insurance=("ОМС", "ДМС «Север»"))
    await _placed(desk, "clinic-3", 56.6558)
    return desk


async def _get(desk: Desk, path: str, **asked: Any) -> dict[str, Any]:
    answer = await desk.http.get(f"/v1/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_nearest_come_first_a2(placed: Desk) -> None:
    clinics = (await _get(placed, "clinics", near=CENTRE, within_km=50))["items"]
    assert [(c["id"], c["distance_km"]) for c in clinics] == [
        ("clinic-2", 1.0),
        ("clinic-1", 3.0),
    ]
    far = (await _get(placed, "clinics", near=CENTRE, within_km=500, limit=3))["items"]
    assert [c["id"] for c in far] == ["clinic-2", "clinic-1", "clinic-3"]
    doctors = (await _get(placed, "doctors", near=CENTRE, specialty="therapist"))["items"]
    assert [(d["id"], d["distance_km"]) for d in doctors] == [
        ("doctor-volkova", 1.0),
        ("doctor-kuznetsov", 3.0),
        ("doctor-orlova", 3.0),
    ]
    one = await _get(placed, "doctors", near=CENTRE, specialty="therapist", limit=1)
    assert [d["id"] for d in one["items"]] == ["doctor-volkova"]
    slots = await placed.free(near=CENTRE, within_km=2)
    assert {(s["clinic_id"], s["distance_km"]) for s in slots} == {("clinic-2", 1.0)}


async def test_a_clinic_that_has_closed_is_near_nobody_a3(placed: Desk) -> None:
    await _placed(placed, "clinic-2", 55.7648, seq=3, closed_on=date(2038, 2, 1))
    clinics = (await _get(placed, "clinics", near=CENTRE))["items"]
    assert [c["id"] for c in clinics] == ["clinic-1"]


async def test_by_insurance_a2(placed: Desk) -> None:
    for programme, clinics in (("ОМС", ["clinic-1", "clinic-2"]), ("ДМС «Север»", ["clinic-2"])):
        found = await _get(placed, "clinics", insurance=programme)
        assert [c["id"] for c in found["items"]] == clinics
        slots = await placed.free(insurance=programme)
        assert {s["clinic_id"] for s in slots} == set(clinics)
    assert await placed.free(insurance="ДМС «Юг»") == []
    assert (await _get(placed, "doctors", insurance="ДМС «Юг»"))["items"] == []
    both = await placed.free(insurance="ОМС", near=CENTRE, within_km=2)
    assert {s["clinic_id"] for s in both} == {"clinic-2"}


async def test_by_experience_a2(desk: Desk) -> None:
    asked = {"specialty": "therapist", "experience": 29}
    doctors = (await _get(desk, "doctors", **asked))["items"]
    assert [d["id"] for d in doctors] == ["doctor-kuznetsov", "doctor-orlova"]
    slots = await desk.free(**asked)
    assert {s["doctor_id"] for s in slots} == {"doctor-kuznetsov", "doctor-orlova"}
    starts = [datetime.fromisoformat(s["visit"]["starts_at"]) for s in slots]
    assert starts == sorted(starts)
    assert await desk.free(specialty="therapist", experience=80) == []


async def test_by_rating_and_the_best_first_a2(desk: Desk) -> None:
    known = Known(_db(desk))
    for doctor_id, stars in (("doctor-orlova", 9), ("doctor-volkova", 10)):
        doctor = await known.doctors.find(None, doctor_id)
        assert doctor is not None
        rated = known.doctors.mapper.document(replace(doctor, stars=stars, reviews=2))
        await known.doctors.collection.replace_one({"_id": doctor_id}, rated)
    asked = {"specialty": "therapist", "sort": "rating"}
    best = (await _get(desk, "doctors", **asked))["items"]
    assert [d["id"] for d in best[:2]] == ["doctor-volkova", "doctor-orlova"]
    assert "doctor-kuznetsov" in {d["id"] for d in best[2:]}, "nobody has rated him yet"
    first = await _get(desk, "doctors", **asked, limit=1)
    second = await _get(desk, "doctors", **asked, limit=1, cursor=first["next_cursor"])
    assert [d["rating"] for d in (*first["items"], *second["items"])] == [5.0, 4.5]
    good = (await _get(desk, "doctors", specialty="therapist", rating=4.6))["items"]
    assert [d["id"] for d in good] == ["doctor-volkova"]
    slots = await desk.free(specialty="therapist", rating=4.6)
    assert {s["doctor_id"] for s in slots} == {"doctor-volkova"}
    both = await desk.http.get("/v1/doctors", params={"sort": "rating", "near": CENTRE})
    assert both.json()["errors"][0]["pointer"] == "/query/sort"
    wanted = doctors_query(Wanted(specialty="therapist", rating=4.6), 2038, None)
    found = known.doctors.collection.find(wanted).sort([("rank", -1), ("_id", -1)])
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "best_by_specialties" in plan
    assert "'SORT'" not in plan


async def test_by_time_of_day_on_the_clinics_clock_a1(desk: Desk) -> None:
    for clinic in ("clinic-1", "clinic-3"):
        found = await desk.free(clinic_id=clinic, time_from="17:00", time_to="18:00")
        hours = {datetime.fromisoformat(s["visit"]["starts_at"]).hour for s in found}
        assert hours == {17}
    assert await desk.free(clinic_id="clinic-1", time_from="22:00", time_to="06:00") == []


async def test_by_kind_and_every_page_of_it_a1(desk: Desk) -> None:
    slots = _db(desk)["slots"]
    wanted = {"clinic_id": "clinic-1", "free": True, "starts_at": {"$gt": MONDAY}}
    ids = [d["_id"] async for d in slots.find(wanted).sort("starts_at", 1)][::40]
    await slots.update_many({"_id": {"$in": ids}}, {"$set": {"visit.kind": "vaccination"}})
    seen: list[str] = []
    asked: dict[str, Any] = {"clinic_id": "clinic-1", "kind": "vaccination", "limit": 3}
    while True:
        page = await _get(desk, "slots", **asked)
        seen += [s["id"] for s in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert seen == ids


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"near": "Москва"}, "/query/near"),
        ({"near": CENTRE, "within_km": 0}, "/query/within_km"),
        ({"experience": -1}, "/query/experience"),
        ({"kind": "surgery", "specialty": "therapist"}, "/query/kind"),
        ({"time_from": "25:00", "specialty": "therapist"}, "/query/time_from"),
        ({"time_from": "18:00"}, "/query/specialty"),
        ({"rating": 6}, "/query/rating"),
    ],
)
async def test_a_wrong_choice_is_named_a2(desk: Desk, asked: dict[str, Any], pointer: str) -> None:
    answer = await desk.http.get("/v1/slots", params=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_nearest_have_one_page_a2(placed: Desk) -> None:
    first = await _get(placed, "doctors", limit=1)
    asked = {"near": CENTRE, "cursor": first["next_cursor"]}
    for path in ("doctors", "clinics"):
        answer = await placed.http.get(f"/v1/{path}", params=asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


@pytest.mark.parametrize(
    "query",
    [
        SlotQuery(MONDAY, doctors=("doctor-orlova", "doctor-kuznetsov")),
        SlotQuery(MONDAY, clinics=("clinic-1", "clinic-2"), specialty="therapist"),
        SlotQuery(MONDAY, clinics=("clinic-1", "clinic-2")),
        SlotQuery(MONDAY, specialty="therapist", begins=(480, 1200)),
        SlotQuery(MONDAY, specialty="therapist", kind="first"),
    ],
)
async def test_every_choice_of_slots_has_its_index(desk: Desk, query: SlotQuery) -> None:
    found = _db(desk)["slots"].find(query.filter()).sort([("starts_at", 1), ("_id", 1)]).limit(50)
    plan = await found.hint(query.index).explain()  # type: ignore[arg-type] # the stub knows no index names
    text = str(plan["queryPlanner"]["winningPlan"])
    assert query.index in text
    assert "COLLSCAN" not in text
    assert "'SORT'" not in text, "several scans are merged in the order of the answer"
    stats = plan["executionStats"]
    assert stats["totalKeysExamined"] <= stats["nReturned"] * 2 + 60


async def test_clinics_and_doctors_are_found_over_indexes(placed: Desk) -> None:
    db = _db(placed)
    known = Known(db)
    near = Near(Point(55.7558, 37.6173), 30)
    assert await known.clinics_near(near, insurance="ОМС", day=MONDAY.date(), limit=5)
    place = {"type": "Point", "coordinates": [37.6173, 55.7558]}
    wanted: dict[str, Any] = {"point": {"$nearSphere": {"$geometry": place, "$maxDistance": 9}}}
    queries = [
        (db["known_clinics"], wanted, "GEO_NEAR"),
        (db["known_clinics"], {"insurance": "ОМС"}, "by_insurance"),
        (
            db["known_doctors"],
            doctors_query(Wanted(specialty="therapist", experience=5), 2038, None),
            "by_specialty",
        ),
        (db["known_doctors"], doctors_query(Wanted(), 2038, ["clinic-1"]), "by_clinic"),
    ]
    for collection, query, index in queries:
        plan = str((await collection.find(query).explain())["queryPlanner"]["winningPlan"])
        assert index in plan, plan
        assert "COLLSCAN" not in plan
