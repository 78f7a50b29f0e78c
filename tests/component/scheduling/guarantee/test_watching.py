"""Once a day a clinic without time within the state's limits is told of (X13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.waiting import GuaranteeMissed
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.known.domain import WATCH
from tests.support.eventually import eventually
from tests.support.service import outbox_events
from tests.support.services.scheduling import Desk


async def _looked(desk: Desk) -> None:
    """The morning of each clinic has come."""
    runtime = find(desk.app, Runtime)
    timers = runtime.mongo.db["timers"]
    mine = {"kind": WATCH, "payload.set": True}

    async def armed() -> bool:
        return await timers.count_documents(mine) == 3

    assert await eventually(armed), "each clinic has its timer"
    await timers.update_many(mine, {"$set": {"due_at": datetime.now(UTC)}})
    runtime.timers.ring({WATCH})

    async def done() -> bool:
        soon = {**mine, "due_at": {"$lte": datetime.now(UTC) + timedelta(minutes=2)}}
        return await timers.count_documents(soon) == 0 and await armed()

    assert await eventually(done)


async def _missed(desk: Desk) -> set[tuple[str, str]]:
    events = await outbox_events(desk.app, GuaranteeMissed)
    return {(e.data.clinic_id, e.data.specialty) for e in events}


async def test_what_is_missed_is_said_once_a_day_x13(desk: Desk) -> None:
    await _looked(desk)
    before = await _missed(desk)
    assert before == {("clinic-1", s) for s in ("ent", "neurologist", "surgeon")}, "no hours there"
    slots = find(desk.app, Runtime).mongo.db["slots"]
    await slots.delete_many({"specialty": {"$in": ["cardiologist", "therapist"]}})
    await _looked(desk)
    assert await _missed(desk) == before, "this day was looked at"
    desk.clock.now += timedelta(days=1)
    for _ in range(2):
        await _looked(desk)
    found = await outbox_events(desk.app, GuaranteeMissed)
    found = [e for e in found if e.data.day == "2038-03-02"]
    said = [(e.data.clinic_id, e.data.specialty, e.data.guarantee) for e in found]
    assert ("clinic-1", "cardiologist", "specialist") in said
    assert ("clinic-2", "therapist", "therapist") in said
    assert ("clinic-2", "therapist", "urgent") not in said, "its department is round the clock"
    assert len(said) == len(set(said)), "once"
