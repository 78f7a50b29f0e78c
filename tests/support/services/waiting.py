"""Those who wait for a visit: joining the line for one slot, and the timers of holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from services.chassis.database.client import Database
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.timetable.actions import HOLD
from services.scheduling.timetable.domain import Slot
from services.scheduling.timetable.store.slots import from_document
from tests.support.eventually import eventually
from tests.support.service import keyed
from tests.support.services.scheduling import Desk


def wish(slot: Mapping[str, Any], **over: Any) -> dict[str, Any]:
    """A body that waits for the time of this slot alone, with its doctor."""
    starts = datetime.fromisoformat(slot["visit"]["starts_at"])
    day = starts.date().isoformat()
    return {
        "doctor_id": slot["doctor_id"],
        "from": day,
        "to": day,
        "time_from": f"{starts:%H:%M}",
        "time_to": f"{starts + timedelta(minutes=1):%H:%M}",
        "details": {"reason": "first", "symptoms": "Кашель две недели", "red_flags": []},
        **over,
    }


async def join(desk: Desk, who: Mapping[str, str], body: Mapping[str, Any]) -> httpx2.Response:
    """Ask for a place in line."""
    return await desk.http.post("/v1/waits", json=body, headers={**who, **keyed()})


async def joined(desk: Desk, who: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """A place in line, a second after the one before; its id."""
    desk.clock.now += timedelta(seconds=1)
    answer = await join(desk, who, body)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def waits_of(desk: Desk, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """One's own places in line, the latest first."""
    answer = await desk.http.get("/v1/waits", headers=who)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def answer_offer(
    desk: Desk, who: Mapping[str, str], wait_id: str, answer: str
) -> httpx2.Response:
    """`acceptance`, `refusal` or `departure`."""
    path = f"/v1/waits/{wait_id}/{answer}"
    return await desk.http.post(path, headers={**who, **keyed()})


def database_of(desk: Desk) -> Database:
    """What the service has stored."""
    return find(desk.app, Runtime).mongo.db


async def slot_of(desk: Desk, slot_id: str) -> dict[str, Any]:
    """A slot as it is stored."""
    found = await database_of(desk)["slots"].find_one({"_id": slot_id})
    assert found is not None
    return dict(found)


async def held_for(desk: Desk, slot_id: str) -> str | None:
    """The citizen for whom a slot is held."""
    hold = (await slot_of(desk, slot_id))["hold"]
    return str(hold["citizen_id"]) if hold else None


async def rung(desk: Desk, kind: str, key: str) -> None:
    """Have a timer run now, whenever it is due."""
    timers = database_of(desk)["timers"]
    query = {"kind": kind, "key": key}
    before = await timers.find_one_and_update(query, {"$set": {"due_at": datetime.now(UTC)}})
    assert before is not None
    find(desk.app, Runtime).timers.ring({kind})

    async def run() -> bool:
        now = await timers.find_one(query)
        return now is None or bool(now["token"] != before["token"] and not now["attempts"])

    assert await eventually(run)


async def hold_runs_out(desk: Desk, slot_id: str) -> None:
    """Turn the clock to the end of a slot's hold, if that is to come, and have its timer run."""
    until = (await slot_of(desk, slot_id))["hold"]["until"]
    desk.clock.now = max(desk.clock.now, until)
    await rung(desk, HOLD, slot_id)


def stored_slot(document: Mapping[str, Any]) -> Slot:
    """A slot of the database, for the domain."""
    return from_document(document)
