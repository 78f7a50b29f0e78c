"""Rescheduling in one step: the new time, or the old one as it was (A9, A13, A14)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx2

from contracts.scheduling import AppointmentMoved, CancelledBy
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import deliver, outbox_events
from tests.support.services.scheduling import Desk
from tests.support.tools.rights import acting, granted

ORLOVA = "doctor-orlova"


async def move(desk: Desk, who: dict[str, str], booked: Any, slot: Any) -> httpx2.Response:
    """Ask for another time."""
    path = f"/v1/appointments/{booked['id']}/transfer"
    return await desk.http.post(path, json={"slot_id": slot["id"]}, headers=who)


async def _free(desk: Desk) -> set[str]:
    return {slot["id"] for slot in await desk.free(doctor_id=ORLOVA)}


async def _later(desk: Desk) -> list[dict[str, Any]]:
    since = (desk.clock() + timedelta(days=3)).date().isoformat()
    return await desk.free(doctor_id=ORLOVA, **{"from": since})


async def _owners(desk: Desk) -> tuple[dict[str, str], dict[str, str]]:
    """Slot → visit as the slots say it, and as the standing visits say it: they are the same."""
    db = find(desk.app, Runtime).mongo.db
    slots = await db["slots"].find({"appointment_id": {"$type": "string"}}).to_list(None)
    visits = await db["appointments"].find({"status": {"$ne": "cancelled"}}).to_list(None)
    return {s["_id"]: s["appointment_id"] for s in slots}, {v["slot_id"]: v["_id"] for v in visits}


async def test_a_visit_moves_in_one_step_and_gets_a_new_talon(desk: Desk) -> None:
    """A9, A14, d5: the old slot is free, the old talon void, and points to the new one."""
    who = await desk.citizen()
    old, new, *_ = await _later(desk)
    booked = await desk.booked(who, old["id"])
    answer = await move(desk, who, booked, new)
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    assert (moved["id"], moved["slot_id"], moved["status"]) == (
        booked["id"],
        new["id"],
        "confirmed",
    )
    assert moved["history"][-1]["step"] == "moved"
    former, number = booked["talon"]["number"], moved["talon"]["number"]
    assert former != number
    checked = (await desk.http.get(f"/v1/public/talons/{former}")).json()
    assert (checked["state"], checked["replaced_by"]) == ("void", number)
    assert old["id"] in await _free(desk)
    assert new["id"] not in await _free(desk)
    (event,) = await outbox_events(desk.app, AppointmentMoved)
    assert (event.data.moved_by, event.data.reason_code) == (
        CancelledBy.CITIZEN,
        "citizen-request",
    )
    assert (event.data.former_talon_number, event.data.talon_number) == (former, number)
    again = await move(desk, who, booked, new)
    assert (again.status_code, again.json()["talon"]["number"]) == (200, number)
    assert len(await outbox_events(desk.app, AppointmentMoved)) == 1
    assert (await desk.cancel(who, booked["id"])).status_code == 200


async def test_where_the_new_time_is_gone_nothing_changes(desk: Desk) -> None:
    """A14: taken, past, unknown, closed: a clear refusal, and alternatives are in reach."""
    who, other = await desk.citizen(), await desk.citizen("citizen-2")
    old, new, *_ = await _later(desk)
    booked = await desk.booked(who, old["id"])
    await desk.booked(other, new["id"])
    refused = await move(desk, who, booked, new)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    unknown = await move(desk, who, booked, {"id": "no-such-slot"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "slot-not-found")
    assert await desk.read(who, booked) == booked
    path = f"/v1/appointments/{booked['id']}/alternatives"
    found = (await desk.http.get(path, headers=who)).json()
    assert found["items"] or found["same_doctor"]
    stranger = await move(desk, other, booked, (await _later(desk))[0])
    assert (stranger.status_code, stranger.json()["code"]) == (404, "appointment-not-found")


async def test_a_visit_is_not_in_its_own_way_but_others_are(desk: Desk) -> None:
    """A14: the agenda moves with it."""
    who = await desk.citizen()
    first, second, *_ = await _later(desk)
    booked = await desk.booked(who, first["id"])
    other = await desk.booked(who, second["id"])
    assert (await desk.cancel(who, other["id"])).status_code == 200
    assert (await move(desk, who, booked, second)).status_code == 200
    taken = await desk.book(who, first["id"])
    assert taken.status_code == 201, "the agenda has left the old time"


async def test_citizens_move_for_as_long_as_they_cancel(desk: Desk) -> None:
    """A13, n21, e31: a second later only support helps."""
    who = await desk.citizen()
    old, *_, new = await _later(desk)
    booked = await desk.booked(who, old["id"])
    last = datetime.fromisoformat(booked["visit"]["starts_at"]) - timedelta(hours=24)
    desk.clock.now = last + timedelta(seconds=1)
    late = await move(desk, who, booked, new)
    assert (late.status_code, late.json()["code"]) == (409, "transfer-too-late")
    assert "8-800-555-35-35" in late.json()["detail"]
    desk.clock.now = last
    assert (await move(desk, who, booked, new)).status_code == 200


async def test_a_visit_moves_within_its_specialty(desk: Desk) -> None:
    who = await desk.citizen()
    booked = await desk.booked(who, (await _later(desk))[0]["id"])
    other = await desk.late_slot(specialty="cardiologist")
    refused = await move(desk, who, booked, other)
    assert (refused.status_code, refused.json()["code"]) == (409, "other-specialty")


async def test_a_parent_moves_a_childs_visit(desk: Desk) -> None:
    """I12: and the event says who."""
    await desk.citizen("ward-1", last="Соколов", first="Пётр", middle="Ильич")
    assert await deliver(desk.app, granted("citizen-1", "ward-1")) == "handled"
    who = acting(desk.tokens, "citizen-1", "ward-1")
    old, new, *_ = await _later(desk)
    booked = await desk.booked(who, old["id"])
    moved = (await move(desk, who, booked, new)).json()
    assert (moved["history"][-1]["by"], moved["history"][-1]["actor_id"]) == (
        "representative",
        "citizen-1",
    )
    (event,) = await outbox_events(desk.app, AppointmentMoved)
    assert (event.data.citizen_id, event.data.actor_id) == ("ward-1", "citizen-1")


async def test_moves_count_among_the_bookings_of_a_day(desk: Desk) -> None:
    """A32: each leaves a talon and messages."""
    who = await desk.citizen()
    first, second, *_ = await _later(desk)
    booked = await desk.booked(who, first["id"])
    codes = list[Any]()
    for n in range(20):
        answer = await move(desk, who, booked, second if n % 2 == 0 else first)
        codes.append(answer.status_code)
    assert codes == [200] * 19 + [429]


async def test_two_who_want_each_others_slots_are_both_refused(desk: Desk) -> None:
    """A14: at that moment both are taken; nothing is lost, and once one is free it can be had."""
    a, b = await desk.citizen(), await desk.citizen("citizen-2")
    one, two, three, *_ = await _later(desk)
    mine, theirs = await desk.booked(a, one["id"]), await desk.booked(b, two["id"])
    for _ in range(5):
        answers = await asyncio.gather(move(desk, a, mine, two), move(desk, b, theirs, one))
        assert [x.json()["code"] for x in answers] == ["slot-taken", "slot-taken"]
    assert (await move(desk, a, mine, three)).status_code == 200
    assert (await move(desk, b, theirs, one)).status_code == 200
    slots, visits = await _owners(desk)
    assert slots == visits == {three["id"]: mine["id"], one["id"]: theirs["id"]}


async def test_many_move_among_few_slots_and_none_is_lost_or_shared(desk: Desk) -> None:
    """A14, X1: twelve people, sixteen slots, everybody wants what is free or somebody's."""
    slots = (await _later(desk))[:16]
    people = [await desk.citizen(f"citizen-{n}") for n in range(12)]
    booked = [await desk.booked(p, slots[n]["id"]) for n, p in enumerate(people)]
    outcomes = Counter[str]()
    for turn in range(6):
        answers = await asyncio.gather(
            *(
                move(desk, people[n], booked[n], slots[(n * 5 + turn * 7 + 3) % 16])
                for n in range(12)
            )
        )
        outcomes.update("moved" if x.status_code == 200 else x.json()["code"] for x in answers)
        held, visits = await _owners(desk)
        assert held == visits, "no slot without owner, no owner without slot"
        assert len(visits) == 12
    assert set(outcomes) == {"moved", "slot-taken"}
    free = await _free(desk)
    assert {s["id"] for s in slots} - set(held) <= free


async def test_a_slot_that_many_want_is_moved_to_once(desk: Desk) -> None:
    """A4, A14: one has it, and everybody else is where they were."""
    *places, wanted = (await _later(desk))[:9]
    people = [await desk.citizen(f"citizen-{n}") for n in range(8)]
    booked = [await desk.booked(p, places[n]["id"]) for n, p in enumerate(people)]
    answers = await asyncio.gather(
        *(move(desk, p, b, wanted) for p, b in zip(people, booked, strict=True))
    )
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 7}
    slots, visits = await _owners(desk)
    assert slots == visits
