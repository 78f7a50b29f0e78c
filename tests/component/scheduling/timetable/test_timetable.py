"""Clinics, doctors, free slots: found by index, never on a closed day, there again every day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.chassis.database.client import Database
from services.chassis.database.pages import moment_cursor
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.timetable.domain import ClosedDay, Slot
from services.scheduling.timetable.store import Reference, SlotQuery, Slots
from services.scheduling.timetable.store.slots import from_document
from services.scheduling.timetable.usecases import TIMER, Timetable
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.scheduling import MONDAY, Desk, scheduling

LATER = moment_cursor(MONDAY + timedelta(days=2), "x")


def _db(desk: Desk) -> Database:
    db: Database = find(desk.app, Runtime).mongo.db
    return db


def _timetable(desk: Desk) -> Timetable:
    return find(desk.app, Timetable)


async def test_doctors_show_what_patients_choose_by(desk: Desk) -> None:
    """A2, A3: specialty, experience, room, licence."""
    answer = await desk.http.get("/v1/doctors", params={"specialty": "therapist"})
    found = answer.json()["items"]
    assert len(found) == 4
    assert all(d["licence"]["number"] and d["room"] and d["experience_years"] > 0 for d in found)
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


async def test_a_day_that_is_closed_later_refuses_bookings(desk: Desk) -> None:
    """A24, e30, A28: somebody had the page open; booked visits stay."""
    who = await desk.citizen()
    booked, stale = (await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-04"}))[:2]
    await desk.booked(who, booked["id"])
    reference = Reference(_db(desk))
    reason = "санитарный день"
    await reference.seed_closed_days([ClosedDay(date(2038, 3, 4), reason, "clinic-1")])
    await _timetable(desk).refresh()
    answer = await desk.book(await desk.citizen("citizen-2"), stale["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "clinic-closed")
    assert reason in answer.json()["detail"]
    day = {"from": "2038-03-04", "to": "2038-03-04"}
    assert await desk.free(clinic_id="clinic-1", **day) == []
    assert await desk.free(clinic_id="clinic-2", **day)
    mine = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert mine[0]["status"] == "confirmed"
    # cancelled, the slot does not come back: the day is closed for it too
    await _timetable(desk).refresh()
    assert (await desk.cancel(who, mine[0]["id"])).status_code == 200
    assert await desk.free(clinic_id="clinic-1", **day) == []
    await _timetable(desk).refresh()
    assert await desk.free(clinic_id="clinic-1", **day) == []

    # and when the operator opens the day again, it comes back
    await _db(desk)["closed_days"].update_one(
        {"_id": "clinic-1:2038-03-04"}, {"$set": {"closed": False}}
    )
    await _timetable(desk).refresh()
    assert len(await desk.free(doctor_id="doctor-orlova", **day)) == 20


async def test_changed_hours_open_nothing_over_a_booked_visit(desk: Desk) -> None:
    """A4, e19: a doctor is never offered to two people at the same time."""
    who = await desk.citizen()
    slots = await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-04"})
    booked = await desk.booked(who, slots[1]["id"])
    kept, now = Slots(_db(desk)), desk.clock.now
    longer = []
    for slot in await _all_slots(desk, "doctor-orlova"):
        if slot.visit.starts_at.minute in {0, 20, 40} or slot.visit.starts_at.minute == 15:
            ends = slot.visit.starts_at + timedelta(minutes=20)
            shifted = replace(slot, visit=replace(slot.visit, ends_at=ends), appointment_id=None)
            longer.append(replace(shifted, id=f"{slot.id}-long"))
    await kept.sync(longer, {}, now)
    mine = booked["visit"]
    starts, ends = (datetime.fromisoformat(mine[k]) for k in ("starts_at", "ends_at"))
    for slot in await _all_slots(desk, "doctor-orlova"):
        if slot.appointment_id is None:
            assert slot.visit.ends_at <= starts or ends <= slot.visit.starts_at
    assert len(await _all_slots(desk, "doctor-orlova")) > 10


async def _all_slots(desk: Desk, doctor_id: str) -> list[Slot]:
    found = _db(desk)["slots"].find({"doctor_id": doctor_id})
    return [from_document(document) async for document in found]


async def test_a_new_day_brings_new_slots_and_running_it_again_changes_nothing(desk: Desk) -> None:
    """The next 14 days are always there; booked slots stay booked."""
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot())["id"])
    slots = _db(desk)["slots"]
    before = [d async for d in slots.find().sort("_id", 1)]
    await _timetable(desk).refresh()
    assert [d async for d in slots.find().sort("_id", 1)] == before
    newest = max(d["starts_at"] for d in before)

    desk.clock.now += timedelta(days=1)
    await _timetable(desk).refresh()
    added = [d async for d in slots.find({"starts_at": {"$gt": newest}})]
    assert {d["day"] for d in added} == {"2038-03-16"}
    assert all(d["free"] for d in added)
    taken = await slots.find_one({"_id": booked["slot_id"]})
    assert taken is not None
    assert taken["appointment_id"] == booked["id"]


async def test_changed_hours_and_rooms_reach_free_slots_only(desk: Desk) -> None:
    """e19: the schedule is consistent; what a citizen booked stays as they know it."""
    who = await desk.citizen()
    first, second, *_ = await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-04"})
    booked = await desk.booked(who, first["id"])
    doctors = _db(desk)["doctors"]
    await doctors.update_one(
        {"_id": "doctor-orlova"}, {"$set": {"room": "999", "weekly.5": [["10:00", "11:00"]]}}
    )
    await _timetable(desk).refresh()
    found = await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-04", "to": "2038-03-05"})
    assert found[0]["id"] == second["id"]
    assert {s["visit"]["room"] for s in found} == {"999"}
    friday = [s for s in found if s["visit"]["starts_at"].startswith("2038-03-05")]
    assert len(friday) == 4
    again = await desk.http.get(f"/v1/appointments/{booked['id']}", headers=who)
    assert again.json()["visit"]["room"] == first["visit"]["room"]


async def test_the_timer_keeps_itself_alive(desk: Desk) -> None:
    """A day begins: slots are made and the next timer is set, in one step."""
    timers = _db(desk)["timers"]
    identity = f"{TIMER}:all"
    first = await timers.find_one({"_id": identity})
    assert first is not None
    # Ekaterinburg is the first of the clinics to see 2 March
    assert first["due_at"].isoformat() == "2038-03-01T19:05:00+00:00"
    desk.clock.now += timedelta(days=1)
    await timers.update_one({"_id": identity}, {"$set": {"due_at": datetime(2020, 1, 1)}})  # noqa: DTZ001 - stored as UTC
    find(desk.app, Runtime).timers.ring({first["kind"]})

    async def moved() -> bool:
        now = await timers.find_one({"_id": identity})
        return now is not None and now["due_at"].isoformat() == "2038-03-02T19:05:00+00:00"

    assert await eventually(moved)
    assert await desk.free(**{"from": "2038-03-16"})


async def test_two_replicas_start_at_once(
    desk: Desk, platform: Platform, database: str, tokens: Tokens
) -> None:
    """Seeding is idempotent: the same clinics, doctors and slots."""
    slots = _db(desk)["slots"]
    before = await slots.count_documents({})
    async with scheduling(platform, database, tokens):
        assert await slots.count_documents({}) == before
        assert await _db(desk)["doctors"].count_documents({}) == 11
