"""Clinics, doctors, free slots: found by index, and never on a closed day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.chassis.database.client import Database
from services.chassis.database.pages import moment_cursor
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.timetable.store import SlotQuery
from tests.support.services.scheduling import MONDAY, Desk


def _db(desk: Desk) -> Database:
    db: Database = find(desk.app, Runtime).mongo.db
    return db


async def test_doctors_show_what_patients_choose_by(desk: Desk) -> None:
    """A2: specialties, experience, clinics."""
    answer = await desk.http.get("/v1/doctors", params={"specialty": "therapist"})
    found = answer.json()["items"]
    assert len(found) == 4
    assert all(d["clinic_ids"] and d["experience_years"] > 0 for d in found)
    assert {d["specialty"]["title"] for d in found} == {"Терапевт"}
    one = await desk.http.get(
        "/v1/doctors", params={"specialty": "therapist", "clinic_id": "clinic-2"}
    )
    assert [d["id"] for d in one.json()["items"]] == ["doctor-volkova"]


async def test_doctors_come_in_pages(desk: Desk) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"limit": 4, **({"cursor": cursor} if cursor else {})}
        page = (await desk.http.get("/v1/doctors", params=asked)).json()
        seen += [d["id"] for d in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    assert len(seen) == 11


async def test_clinics_and_specialties(desk: Desk) -> None:
    clinics = (await desk.http.get("/v1/clinics")).json()["items"]
    assert [c["id"] for c in clinics] == ["clinic-1", "clinic-2", "clinic-3"]
    assert all(c["licence"]["number"] for c in clinics)
    specialties = (await desk.http.get("/v1/specialties")).json()["items"]
    titles = [s["title"] for s in specialties]
    assert titles == sorted(titles)
    assert len(titles) == 8


async def test_free_slots_by_every_filter(desk: Desk) -> None:
    """A1, A2: date, time and room, on the clinic's clock."""
    for asked in (
        {"doctor_id": "doctor-orlova"},
        {"specialty": "therapist", "clinic_id": "clinic-1"},
        {"specialty": "therapist"},
        {"clinic_id": "clinic-3"},
        {},
    ):
        found = await desk.free(**asked)
        assert found, asked
        starts = [datetime.fromisoformat(s["visit"]["starts_at"]) for s in found]
        assert starts == sorted(starts)
        assert starts[0] > MONDAY
        assert all(s["visit"]["room"] for s in found)
        for field in ("doctor_id", "clinic_id"):
            if field in asked:
                assert {s[field] for s in found} == {asked[field]}
    siberian = (await desk.free(clinic_id="clinic-3"))[0]["visit"]
    assert siberian["starts_at"].endswith("+05:00")


async def test_pages_of_slots_are_complete_and_without_repetition(desk: Desk) -> None:
    """Also where many slots begin at the same moment."""
    seen: list[str] = []
    cursor = None
    asked: dict[str, Any] = {"clinic_id": "clinic-1", "limit": 7, "from": "2038-03-02"}
    asked["to"] = "2038-03-03"
    while True:
        page = (
            await desk.http.get(
                "/v1/slots", params={**asked, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        seen += [s["id"] for s in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    db = _db(desk)
    wanted = {"clinic_id": "clinic-1", "day": {"$in": ["2038-03-02", "2038-03-03"]}}
    assert set(seen) == {d["_id"] async for d in db["slots"].find(wanted)}


@pytest.mark.parametrize(
    "asked",
    [{"cursor": "???"}, {"cursor": "WzEsMl0"}, {"limit": 0}, {"limit": 101}, {"from": "soon"}],
)
async def test_a_wrong_question_is_named(desk: Desk, asked: dict[str, Any]) -> None:
    answer = await desk.http.get("/v1/slots", params=asked)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == f"/query/{next(iter(asked))}"


@pytest.mark.parametrize(
    "query",
    [
        SlotQuery(MONDAY, doctor_id="doctor-orlova"),
        SlotQuery(MONDAY, doctor_id="doctor-orlova", specialty="therapist", clinic_id="clinic-1"),
        SlotQuery(MONDAY, specialty="therapist", clinic_id="clinic-1"),
        SlotQuery(MONDAY, specialty="therapist"),
        SlotQuery(MONDAY, clinic_id="clinic-1"),
        SlotQuery(MONDAY),
        SlotQuery(
            MONDAY, clinic_id="clinic-1", after=moment_cursor(MONDAY + timedelta(days=2), "x")
        ),
        SlotQuery(MONDAY, specialty="therapist", since=date(2038, 3, 4), until=date(2038, 3, 5)),
    ],
)
async def test_every_way_of_asking_has_its_index(desk: Desk, query: SlotQuery) -> None:
    """No collection scan, no sorting in memory, few keys looked at in vain."""
    found = _db(desk)["slots"].find(query.filter()).sort([("starts_at", 1), ("_id", 1)]).limit(50)
    plan = await found.hint(query.index).explain()  # type: ignore[arg-type] # the stub knows no index names
    text = str(plan["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in text
    assert query.index in text
    assert "COLLSCAN" not in text
    assert "'SORT'" not in text
    stats = plan["executionStats"]
    assert stats["nReturned"] > 0
    assert stats["totalKeysExamined"] <= stats["nReturned"] * 2 + 60


async def test_a_citizens_list_has_its_index(desk: Desk) -> None:
    who = await desk.citizen()
    await desk.booked(who, (await desk.late_slot())["id"])
    newest = [("visit.starts_at", -1), ("_id", -1)]
    found = _db(desk)["appointments"].find({"citizen_id": "citizen-1"}).sort(newest).limit(20)
    text = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "of_citizen" in text
    assert "'SORT'" not in text
    assert "COLLSCAN" not in text


async def test_there_is_nothing_on_a_public_holiday_and_the_answer_says_why(desk: Desk) -> None:
    """A24, e30."""
    asked = {"from": "2038-03-08", "to": "2038-03-08"}
    answer = (await desk.http.get("/v1/slots", params=asked)).json()
    assert answer["items"] == []
    assert answer["closed"][0]["day"] == "2038-03-08"
    assert "женский день" in answer["closed"][0]["reason"]
    following = {"from": "2038-03-15", "to": "2038-03-15"}
    assert await desk.free(**following), "Mondays are working days otherwise"
