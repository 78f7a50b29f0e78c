"""A5, A32: holds over HTTP on real MongoDB."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from contracts.waiting import HoldExpiryWarned
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.holds.actions import WARN_HOLD
from services.scheduling.timetable.actions import HOLD
from tests.support.eventually import eventually
from tests.support.service import keyed, outbox_events
from tests.support.services.scheduling import Desk

_PAST = datetime(2020, 1, 1, tzinfo=UTC)


async def _hold(desk: Desk, who: Mapping[str, str], slot_id: str) -> httpx2.Response:
    headers = {**who, **keyed()}
    return await desk.http.post("/v1/holds", json={"slot_id": slot_id}, headers=headers)


async def _held(desk: Desk, who: Mapping[str, str], slot_id: str) -> dict[str, Any]:
    answer = await _hold(desk, who, slot_id)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _seen(desk: Desk, who: Mapping[str, str], hold_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.http.get(f"/v1/holds/{hold_id}", headers=who)).json()
    return found


async def _come(desk: Desk, kind: str, key: str) -> None:
    """The timer comes due now, whatever the clock on the wall says."""
    timers = find(desk.app, Runtime).mongo.db["timers"]
    changed = await timers.update_one({"_id": f"{kind}:{key}"}, {"$set": {"due_at": _PAST}})
    assert changed.matched_count == 1

    find(desk.app, Runtime).timers.ring({kind})

    async def gone() -> bool:
        return await timers.count_documents({"_id": f"{kind}:{key}"}) == 0

    assert await eventually(gone)


async def test_a5_a_held_slot_is_its_holders_alone_until_it_is_booked(desk: Desk) -> None:
    who, other = await desk.citizen(), await desk.citizen("citizen-2")
    slot = await desk.late_slot()
    held = await _held(desk, who, slot["id"])
    assert (held["state"], held["seconds_left"]) == ("held", 600)
    assert held["visit"] == slot["visit"]
    assert slot["id"] not in {s["id"] for s in await desk.free(doctor_id=slot["doctor_id"])}
    for refused in (await desk.book(other, slot["id"]), await _hold(desk, other, slot["id"])):
        assert (refused.status_code, refused.json()["code"]) == (409, "slot-held")
    again = await _hold(desk, who, slot["id"])
    assert (again.json()["code"], again.json()["hold_id"]) == ("held-already", held["id"])
    assert (await desk.http.get(f"/v1/holds/{held['id']}", headers=other)).status_code == 404

    booked = await desk.booked(who, slot["id"])
    taken = await _seen(desk, who, held["id"])
    assert (taken["state"], taken["appointment_id"]) == ("taken", booked["id"])
    assert (taken["seconds_left"], booked["status"]) == (0, "confirmed")
    released = await desk.http.post(f"/v1/holds/{held['id']}/release", headers=who)
    assert (released.status_code, released.json()["code"]) == (409, "hold-ended")


async def test_a5_a_hold_runs_out_by_itself_and_is_announced_once(desk: Desk) -> None:
    """A16: two minutes before its end, and only while it stands."""
    who, slot = await desk.citizen(), await desk.late_slot()
    held = await _held(desk, who, slot["id"])
    desk.clock.now += timedelta(minutes=8)
    await _come(desk, WARN_HOLD, held["id"])
    (event,) = await outbox_events(desk.app, HoldExpiryWarned)
    assert (event.aggregateid, event.data.slot_id) == (held["id"], slot["id"])
    assert (await _seen(desk, who, held["id"]))["seconds_left"] == 120
    desk.clock.now += timedelta(minutes=2)
    await _come(desk, HOLD, slot["id"])
    assert (await _seen(desk, who, held["id"]))["state"] == "run-out"
    assert (await desk.book(await desk.citizen("citizen-2"), slot["id"])).status_code == 201
    assert len(await outbox_events(desk.app, HoldExpiryWarned)) == 1


async def test_a5_a_hold_is_given_back(desk: Desk) -> None:
    who, slot = await desk.citizen(), await desk.late_slot()
    held = await _held(desk, who, slot["id"])
    for _ in range(2):  # again is the same
        answer = await desk.http.post(f"/v1/holds/{held['id']}/release", headers=who)
        assert (answer.status_code, answer.json()["state"]) == (200, "given-back")
    assert slot["id"] in {s["id"] for s in await desk.free(doctor_id=slot["doctor_id"])}
    page = (await desk.http.get("/v1/holds", headers=who)).json()
    assert [h["id"] for h in page["items"]] == [held["id"]]


async def test_a32_two_holds_at_a_time_under_a_race(desk: Desk) -> None:
    """Counted in the patient's document: two requests cannot pass each other."""
    who = await desk.citizen()
    slots = [s["id"] for s in (await desk.free())[:6]]
    answers = await asyncio.gather(*(_hold(desk, who, slot) for slot in slots))
    codes = Counter(a.json().get("code", "held") for a in answers)
    assert codes == {"held": 2, "too-many-holds": 4}
    won = next(a.json() for a in answers if a.status_code == 201)
    await desk.http.post(f"/v1/holds/{won['id']}/release", headers=who)
    assert (await _hold(desk, who, won["slot_id"])).status_code == 201


async def test_x1_a_crowd_wants_to_hold_one_slot(desk: Desk) -> None:
    people = [await desk.citizen(f"citizen-{n}") for n in range(40)]
    slot = await desk.late_slot()
    answers = await asyncio.gather(*(_hold(desk, who, slot["id"]) for who in people))
    assert Counter(a.json().get("code", "held") for a in answers) == {"held": 1, "slot-held": 39}


async def test_a5_the_same_key_gets_the_same_hold(desk: Desk) -> None:
    who, slot = await desk.citizen(), await desk.late_slot()
    asked, headers = {"slot_id": slot["id"]}, {**who, **keyed()}
    answers = await asyncio.gather(
        *(desk.http.post("/v1/holds", json=asked, headers=headers) for _ in range(5))
    )
    assert len({a.json()["id"] for a in answers}) == 1
