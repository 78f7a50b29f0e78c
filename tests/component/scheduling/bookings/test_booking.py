"""Booking over HTTP on real MongoDB: one winner, clear refusals, one event."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError

from contracts.scheduling import AppointmentBooked
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, keyed, outbox_events
from tests.support.services.scheduling import Desk, scheduling


async def test_a_booking_is_confirmed_at_once_with_a_talon_and_an_event(desk: Desk) -> None:
    """A6, A7, A10, A36: everything a talon prints is in the event, the name only under pii."""
    who = await desk.citizen()
    slot = await desk.late_slot()
    answer = await desk.book(who, slot["id"])
    assert answer.status_code == 201
    booked = answer.json()
    assert booked["status"] == "confirmed"
    assert booked["talon"]["state"] == "preparing"
    assert booked["visit"] == slot["visit"]
    assert answer.headers["location"] == f"/v1/appointments/{booked['id']}"
    read = await desk.http.get(f"/v1/appointments/{booked['id']}", headers=who)
    assert read.json() == booked

    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert (event.aggregateid, event.seq) == (booked["id"], 1)
    data = event.data
    assert data.pii.full_name == "Соколова Анна Сергеевна"
    assert data.talon_number == booked["talon"]["number"]
    assert data.check_url == booked["talon"]["check_url"]
    assert data.check_url.endswith(f"/talon/{data.talon_number}")
    assert data.visit.clinic_address == slot["visit"]["clinic_address"]
    assert data.visit.room == slot["visit"]["room"]
    assert slot["id"] not in {s["id"] for s in await desk.free(doctor_id=slot["doctor_id"])}


async def test_a_race_of_200_for_one_slot_has_one_winner(desk: Desk) -> None:
    """A4, X1: one winner, 199 clear refusals, one event."""
    people = [await desk.citizen(f"citizen-{n}") for n in range(200)]
    slot = await desk.late_slot()
    answers = await asyncio.gather(*(desk.book(who, slot["id"]) for who in people))
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 199}
    refusals = {(a.json()["code"], a.json()["title"]) for a in answers if a.status_code == 409}
    assert refusals == {("slot-taken", "Время уже занято")}
    assert len(await outbox_events(desk.app, AppointmentBooked)) == 1


async def test_two_replicas_race_for_one_slot(
    desk: Desk, platform: Platform, database: str, tokens: Tokens
) -> None:
    """A4, X1: the database decides, not one process's memory."""
    people = [await desk.citizen(f"citizen-{n}") for n in range(200)]
    slot = await desk.late_slot()
    async with scheduling(platform, database, tokens) as other:
        answers = await asyncio.gather(
            *((desk, other)[n % 2].book(who, slot["id"]) for n, who in enumerate(people))
        )
        assert Counter(a.status_code for a in answers) == {201: 1, 409: 199}
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"slot-taken"}
        assert len(await outbox_events(desk.app, AppointmentBooked)) == 1


async def test_the_same_key_gets_the_same_appointment(desk: Desk) -> None:
    """Also when the twins arrive at the same time."""
    who = await desk.citizen()
    slot = await desk.late_slot()
    key = keyed()
    answers = await asyncio.gather(*(desk.book(who, slot["id"], key) for _ in range(10)))
    answers.append(await desk.book(who, slot["id"], key))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(await outbox_events(desk.app, AppointmentBooked)) == 1


async def test_overlapping_visits_of_one_citizen_are_refused(desk: Desk) -> None:
    """One person cannot be at two doctors at once, however fast they ask."""
    who = await desk.citizen()
    first = await desk.late_slot(doctor_id="doctor-orlova")
    start = first["visit"]["starts_at"]
    same_time = [
        s
        for s in await desk.free(clinic_id="clinic-1", **{"from": start[:10], "to": start[:10]})
        if s["visit"]["starts_at"] == start
    ]
    assert len(same_time) > 1
    answers = await asyncio.gather(*(desk.book(who, s["id"]) for s in same_time))
    codes = Counter(a.status_code for a in answers)
    assert codes == {201: 1, 409: len(same_time) - 1}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"appointments-overlap"}
    assert len(await outbox_events(desk.app, AppointmentBooked)) == 1


async def test_the_limit_of_active_bookings_holds_under_a_race(desk: Desk) -> None:
    """A32: five, then a clear refusal; a cancelled one makes room."""
    who = await desk.citizen()
    day = (await desk.late_slot(doctor_id="doctor-orlova"))["visit"]["starts_at"][:10]
    slots = await desk.free(doctor_id="doctor-orlova", **{"from": day})
    answers = await asyncio.gather(*(desk.book(who, s["id"]) for s in slots[:8]))
    assert Counter(a.status_code for a in answers) == {201: 5, 409: 3}
    refusal = next(a for a in answers if a.status_code == 409).json()
    assert refusal["code"] == "too-many-appointments"
    assert "5" in refusal["detail"]
    won = next(a for a in answers if a.status_code == 201).json()
    assert (await desk.cancel(who, won["id"])).status_code == 200
    assert (await desk.book(who, slots[8]["id"])).status_code == 201


async def test_booking_and_cancelling_goes_on_so_often_in_a_day(desk: Desk) -> None:
    """Each leaves a sealed talon and messages, and takes the slot from others for a while."""
    who, slot = await desk.citizen(), await desk.late_slot()
    for _ in range(20):
        assert (
            await desk.cancel(who, (await desk.booked(who, slot["id"]))["id"])
        ).status_code == 200
    refused = await desk.book(who, slot["id"])
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-bookings")
    assert int(refused.headers["retry-after"]) > 0
    assert (await desk.book(await desk.citizen("citizen-2"), slot["id"])).status_code == 201
    desk.clock.now += timedelta(days=1)
    assert (await desk.book(who, (await desk.late_slot())["id"])).status_code == 201


async def test_a_talon_number_in_use_is_drawn_again(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """A7: at random, so it comes up again one day; of one citizen's bad luck nobody hears."""
    drawn = itertools.chain([7, 7, 7], itertools.count(8))
    seams = {"new_talon": lambda: next(drawn)}
    async with scheduling(platform, database, tokens, seams=seams) as desk:
        slots = await desk.free(doctor_id="doctor-orlova")
        talons = [
            (await desk.booked(await desk.citizen(f"citizen-{n}"), slots[n]["id"]))["talon"]
            for n in (0, 1)
        ]
    assert len({t["number"] for t in talons}) == 2
    assert next(drawn) > 8, "it did come up again"


async def test_a_slot_in_the_past_is_refused(desk: Desk) -> None:
    """A28: the reason is concrete."""
    who = await desk.citizen()
    slot = (await desk.free())[0]
    desk.clock.now += timedelta(days=20)
    answer = await desk.book(who, slot["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "slot-past")


async def test_an_unknown_slot_is_not_found(desk: Desk) -> None:
    """A28."""
    answer = await desk.book(await desk.citizen(), "doctor-nobody-1")
    assert (answer.status_code, answer.json()["code"]) == (404, "slot-not-found")


async def test_who_may_book(desk: Desk) -> None:
    """I9: confirmed citizens only; without a token nobody; not before the profile has arrived."""
    slot = await desk.late_slot()

    async def code(headers: dict[str, str]) -> tuple[int, str]:
        answer = await desk.book(headers, slot["id"])
        return answer.status_code, answer.json()["code"]

    assert await code({}) == (401, "unauthenticated")
    assert await code(desk.tokens.headers("d", "doctor")) == (403, "forbidden")
    registered = desk.tokens.headers("citizen-1", level="registered")
    assert await code(registered) == (403, "account-not-confirmed")
    assert await code(desk.tokens.headers("newcomer")) == (503, "profile-not-received")
    assert await outbox_events(desk.app, AppointmentBooked) == []
    assert (await desk.book(await desk.citizen("newcomer"), slot["id"])).status_code == 201


async def test_a_profile_that_comes_in_a_moment_is_waited_for(desk: Desk) -> None:
    """The citizen was confirmed a moment ago: that is no conflict."""
    slot = await desk.late_slot()
    booking = asyncio.create_task(desk.book(desk.tokens.headers("newcomer"), slot["id"]))
    await eventually(lambda: find(desk.app, Runtime).permits.taken > 0)
    await desk.citizen("newcomer")
    assert (await booking).status_code == 201


@pytest.mark.parametrize("body", [{}, {"slot_id": ""}, {"slot_id": "a", "more": 1}, {"slot_id": 1}])
async def test_a_wrong_body_names_its_fields(desk: Desk, body: dict[str, Any]) -> None:
    """C6 holds here too."""
    headers = {**await desk.citizen(), **keyed()}
    answer = await desk.http.post("/v1/appointments", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_key_is_required(desk: Desk) -> None:
    slot = await desk.late_slot()
    answer = await desk.http.post(
        "/v1/appointments", json={"slot_id": slot["id"]}, headers=await desk.citizen()
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_another_citizen_does_not_see_it(desk: Desk) -> None:
    booked = await desk.booked(await desk.citizen(), (await desk.late_slot())["id"])
    other = await desk.citizen("citizen-2")
    path = f"/v1/appointments/{booked['id']}"
    assert (await desk.http.get(path, headers=other)).status_code == 404
    assert (await desk.cancel(other, booked["id"])).status_code == 404
    assert (await desk.http.get(path)).status_code == 401
    assert (await desk.http.get("/v1/appointments")).status_code == 401
    assert (await desk.http.get("/v1/appointments", headers=other)).json()["items"] == []


async def test_my_appointments_come_in_pages(desk: Desk) -> None:
    who = await desk.citizen()
    day = (await desk.late_slot(doctor_id="doctor-orlova"))["visit"]["starts_at"][:10]
    slots = await desk.free(doctor_id="doctor-orlova", **{"from": day})
    booked = [(await desk.booked(who, s["id"]))["id"] for s in slots[:5]]
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await desk.http.get("/v1/appointments", params=asked, headers=who)).json()
        seen += [a["id"] for a in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == booked[::-1]


async def test_the_database_itself_refuses_a_second_winner(desk: Desk) -> None:
    """X1: even if every rule above it were wrong."""
    booked = await desk.booked(await desk.citizen(), (await desk.late_slot())["id"])
    appointments = find(desk.app, Runtime).mongo.db["appointments"]
    stored = await appointments.find_one({"_id": booked["id"]})
    assert stored is not None
    with pytest.raises(DuplicateKeyError):
        await appointments.insert_one({**stored, "_id": "second", "talon_number": "other"})
    off = {**stored, "_id": "second", "talon_number": "other", "status": "cancelled"}
    await appointments.insert_one(off)  # cancelled ones are kept, as many as there are
