"""Slots are made by timers, a piece a step, and are the same however often that happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from services.chassis.database.client import Database
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from services.scheduling.hours import actions
from services.scheduling.hours.usecases import Hours
from services.scheduling.timetable.domain import ClosedDay
from services.scheduling.timetable.store import ClosedDays
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver
from tests.support.services.region import timetables
from tests.support.services.scheduling import (
    CLINIC,
    Desk,
    doctor_of,
    scheduling,
    slots_made,
)
from tests.support.tools.flow import metric

ORLOVA = "doctor-orlova@clinic-1"
THURSDAY = {"from": "2038-03-04", "to": "2038-03-04"}


def _db(desk: Desk) -> Database:
    db: Database = find(desk.app, Runtime).mongo.db
    return db


async def _remade(desk: Desk, change: Mapping[str, Any] | None = None) -> None:
    """Change the doctor's timetable as it is stored, and have it made anew."""
    if change:
        await _db(desk)["timetables"].update_one({"_id": ORLOVA}, {"$set": change})
    hours = find(desk.app, Hours)

    async def work(tx: Transaction) -> None:
        await hours.making.begin(tx, [ORLOVA])

    await hours.deps.transactions.run(work)
    await slots_made(desk.app)


async def _close(desk: Desk, day: date, reason: str, *, closed: bool = True) -> None:
    hours = find(desk.app, Hours)

    async def work(tx: Transaction) -> None:
        await ClosedDays(_db(desk)).put(tx, ClosedDay(day, reason, "clinic-1", closed))

    await hours.deps.transactions.run(work)
    await _remade(desk)


async def _all_slots(desk: Desk) -> list[dict[str, Any]]:
    return [dict(d) async for d in _db(desk)["slots"].find().sort("_id", 1)]


async def _tomorrow(desk: Desk) -> None:
    """A day later, the timers of the new day are due."""
    desk.clock.now += timedelta(days=1)
    timers = _db(desk)["timers"]
    await timers.update_many({"kind": actions.MAKE}, {"$set": {"due_at": datetime.now(UTC)}})
    find(desk.app, Runtime).timers.ring({actions.MAKE})
    await slots_made(desk.app)


async def test_a_day_that_is_closed_later_refuses_bookings(desk: Desk) -> None:
    """A24, e30, A28: somebody had the page open; booked visits stay."""
    who = await desk.citizen()
    booked, stale = (await desk.free(doctor_id="doctor-orlova", **THURSDAY))[:2]
    await desk.booked(who, booked["id"])
    reason = "санитарный день"
    await _close(desk, date(2038, 3, 4), reason)
    answer = await desk.book(await desk.citizen("citizen-2"), stale["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "clinic-closed")
    assert reason in answer.json()["detail"]
    assert await desk.free(doctor_id="doctor-orlova", **THURSDAY) == []
    assert await desk.free(clinic_id="clinic-2", **THURSDAY)
    mine = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert mine[0]["status"] == "confirmed"
    # cancelled, the slot does not come back: the day is closed for it too
    assert (await desk.cancel(who, mine[0]["id"])).status_code == 200
    assert await desk.free(doctor_id="doctor-orlova", **THURSDAY) == []
    await _remade(desk)
    assert await desk.free(doctor_id="doctor-orlova", **THURSDAY) == []

    # and when the clinic opens the day again, it comes back
    await _close(desk, date(2038, 3, 4), "", closed=False)
    assert len(await desk.free(doctor_id="doctor-orlova", **THURSDAY)) == 20


async def test_a_clinic_may_work_on_a_public_holiday(desk: Desk) -> None:
    """A24: the calendar is computed, and a clinic's own word counts."""
    holiday = {"from": "2038-03-08", "to": "2038-03-08"}
    assert await desk.free(doctor_id="doctor-orlova", **holiday) == []
    await _close(desk, date(2038, 3, 8), "дежурный приём", closed=False)
    assert len(await desk.free(doctor_id="doctor-orlova", **holiday)) == 20
    asked = {"clinic_id": "clinic-1", **holiday}
    assert (await desk.http.get("/v1/slots", params=asked)).json()["closed"] == []


async def test_changed_hours_open_nothing_over_a_booked_visit(desk: Desk) -> None:
    """A4, e19: a doctor is never offered to two people at the same time."""
    who = await desk.citizen()
    slots = await desk.free(doctor_id="doctor-orlova", **THURSDAY)
    booked = await desk.booked(who, slots[1]["id"])
    longer = {"weekday": 4, "begins": "14:00", "ends": "19:00", "room": "214", "kind": "repeat"}
    await _remade(desk, {"plans.0.weekly": [{**longer, "minutes": 20}]})
    starts, ends = (datetime.fromisoformat(booked["visit"][k]) for k in ("starts_at", "ends_at"))
    found = await desk.free(doctor_id="doctor-orlova", **THURSDAY)
    assert len(found) == 13, "of fifteen, two would lie over the visit"
    for slot in found:
        assert slot["visit"]["kind"] == "repeat"
        since, until = (datetime.fromisoformat(slot["visit"][k]) for k in ("starts_at", "ends_at"))
        assert until <= starts or ends <= since
    # it is in the new hours, so its time may be booked again by the rules of the old
    assert (await desk.cancel(who, booked["id"])).status_code == 200
    await _remade(desk)
    assert len(await desk.free(doctor_id="doctor-orlova", **THURSDAY)) == 15


async def test_a_new_day_brings_new_slots_and_running_it_again_changes_nothing(desk: Desk) -> None:
    """The next 14 days are always there; booked slots stay booked."""
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot())["id"])
    before = await _all_slots(desk)
    await _remade(desk)
    assert await _all_slots(desk) == before
    newest = max(d["starts_at"] for d in before)

    await _tomorrow(desk)
    added = [d for d in await _all_slots(desk) if d["starts_at"] > newest]
    assert {d["day"] for d in added} == {"2038-03-16"}
    assert all(d["free"] for d in added)
    taken = await _db(desk)["slots"].find_one({"_id": booked["slot_id"]})
    assert taken is not None
    assert taken["appointment_id"] == booked["id"]


async def test_what_nobody_took_goes_and_visits_stay(desk: Desk) -> None:
    """The store does not grow by each day's empty slots."""
    who = await desk.citizen()
    today = await desk.free(doctor_id="doctor-orlova", to="2038-03-01")
    booked = await desk.booked(who, today[0]["id"])
    for _ in range(2):
        await _tomorrow(desk)
    first = {"timetable_id": ORLOVA, "day": "2038-03-01"}
    left = [d["_id"] async for d in _db(desk)["slots"].find(first)]
    assert left == [booked["slot_id"]]
    assert await _db(desk)["slots"].count_documents({"timetable_id": ORLOVA, "day": "2038-03-02"})


async def test_the_next_day_of_each_timetable_is_in_its_clinics_night(desk: Desk) -> None:
    """Each keeps itself alive, and not all of a zone are due at one moment."""
    timers = _db(desk)["timers"].find({"kind": actions.MAKE})
    due = {d["key"]: d["due_at"] async for d in timers}
    assert len(due) == len(set(due.values())) == len(timetables())
    midnight = datetime(2038, 3, 1, 21, tzinfo=UTC)
    assert timedelta(minutes=5) <= due[ORLOVA] - midnight < timedelta(minutes=65)
    ural = due["doctor-zhukova@clinic-3"] - midnight + timedelta(hours=2)
    assert timedelta(minutes=5) <= ural < timedelta(minutes=65)


async def test_a_newer_copy_reaches_free_slots_only(desk: Desk) -> None:
    """e19: the schedule is consistent; what a citizen booked stays as they know it."""
    who = await desk.citizen()
    first, second, *_ = await desk.free(doctor_id="doctor-orlova", **THURSDAY)
    booked = await desk.booked(who, first["id"])
    renamed = CLINIC.model_copy(update={"name": "Поликлиника на Садовой"})
    assert await deliver(desk.app, an_event(renamed, aggregate_id="clinic-1", seq=2)) == "handled"
    doctor = doctor_of("doctor-orlova", "clinic-1", full_name="Орлова-Белова Мария Викторовна")
    assert (
        await deliver(desk.app, an_event(doctor, aggregate_id="doctor-orlova", seq=2)) == "handled"
    )
    await slots_made(desk.app)
    found = await desk.free(doctor_id="doctor-orlova", **THURSDAY)
    assert found[0]["id"] == second["id"]
    assert {s["visit"]["clinic_name"] for s in found} == {"Поликлиника на Садовой"}
    assert {s["visit"]["doctor_name"] for s in found} == {"Орлова-Белова Мария Викторовна"}
    again = await desk.http.get(f"/v1/appointments/{booked['id']}", headers=who)
    assert again.json()["visit"]["clinic_name"] == first["visit"]["clinic_name"]


async def test_a_dismissed_doctor_has_no_free_slot_and_loses_no_visit(desk: Desk) -> None:
    """K9: whoever booked keeps the visit until somebody decides."""
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot(doctor_id="doctor-orlova"))["id"])
    gone = doctor_of("doctor-orlova", "clinic-1").model_copy(update={"active": False})
    event = an_event(gone, aggregate_id="doctor-orlova", seq=2)
    assert await deliver(desk.app, event) == "handled"
    stale = an_event(doctor_of("doctor-orlova", "clinic-1"), aggregate_id="doctor-orlova", seq=1)
    assert await deliver(desk.app, stale) == "duplicate"
    await slots_made(desk.app)
    assert await desk.free(doctor_id="doctor-orlova") == []
    assert (await desk.read(who, booked))["status"] == "confirmed"
    doctors = (await desk.http.get("/v1/doctors", params={"clinic_id": "clinic-1"})).json()
    assert "doctor-orlova" not in {d["id"] for d in doctors["items"]}


async def test_a_closed_clinic_has_slots_until_its_last_day(desk: Desk) -> None:
    """K2."""
    closing = CLINIC.model_copy(update={"closed_on": date(2038, 3, 5)})
    assert await deliver(desk.app, an_event(closing, aggregate_id="clinic-1", seq=2)) == "handled"
    await slots_made(desk.app)
    assert await desk.free(clinic_id="clinic-1", **THURSDAY)
    assert await desk.free(clinic_id="clinic-1", **{"from": "2038-03-05"}) == []


async def test_what_is_heard_before_its_clinic_waits_for_it(desk: Desk) -> None:
    """Timetables and copies come in any order."""
    known = _db(desk)["known_clinics"]
    kept = await known.find_one_and_delete({"_id": "clinic-1"})
    assert kept is not None
    await _db(desk)["slots"].delete_many({"clinic_id": "clinic-1"})
    await _remade(desk)
    assert await desk.free(doctor_id="doctor-orlova") == []
    assert await deliver(desk.app, an_event(CLINIC, aggregate_id="clinic-1", seq=2)) == "handled"
    await slots_made(desk.app)
    assert await desk.free(doctor_id="doctor-orlova")


async def test_two_replicas_make_the_same_slots(
    desk: Desk, platform: Platform, database: str, tokens: Tokens
) -> None:
    """Started at once, and told at once to make everything anew."""
    before = await _all_slots(desk)
    async with scheduling(platform, database, tokens) as other:
        await asyncio.gather(_remade(desk), _remade(other))
        assert await _all_slots(desk) == before
        assert await _db(desk)["timetables"].count_documents({}) == len(timetables())


async def test_two_timetables_never_have_the_same_time_of_one_doctor(desk: Desk) -> None:
    """A4: made at the same moment, by whatever replica: one sees what the other made."""
    hours = find(desk.app, Hours)
    stretch = {"weekday": 6, "begins": "09:00", "ends": "12:00", "room": "1", "kind": "test"}
    plan = {"valid_from": "2038-01-01", "valid_until": None}
    for name, minutes in (("a", 20), ("b", 30)):
        weekly = [{**stretch, "minutes": minutes}]
        document = {"doctor_id": "doctor-orlova", "clinic_id": "clinic-1", "revision": 1}
        document |= {"_id": name, "plans": [{**plan, "weekly": weekly}], "version": 0}
        await _db(desk)["timetables"].insert_one(document)

    async def work(tx: Transaction) -> None:
        await hours.making.begin(tx, ["a", "b"])

    await hours.deps.transactions.run(work)
    await slots_made(desk.app)
    found = await desk.free(doctor_id="doctor-orlova", **{"from": "2038-03-06", "to": "2038-03-06"})
    spans = [(s["visit"]["starts_at"], s["visit"]["ends_at"]) for s in found]
    assert spans
    assert all(ends <= begins for (_, ends), (begins, _) in pairwise(spans))


async def test_a_step_makes_a_bounded_piece_and_the_next_goes_on(desk: Desk) -> None:
    """A timetable of five-minute visits around the clock has more slots than one step makes."""
    every = [
        {"weekday": day, "begins": "00:00", "ends": "00:00", "room": "214", "kind": "test"}
        for day in range(1, 8)
    ]
    done = {"kind": actions.MAKE, "outcome": "done"}
    before = metric(desk.app, "timers_run_total", **done)
    await _remade(desk, {"plans.0.weekly": [{**s, "minutes": 5} for s in every]})

    async def made() -> bool:
        return await _db(desk)["slots"].count_documents({"timetable_id": ORLOVA}) > 3_500

    assert await eventually(made)
    assert metric(desk.app, "timers_run_total", **done) - before >= 14
