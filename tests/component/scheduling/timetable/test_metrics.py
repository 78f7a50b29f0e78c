"""What the timetable counts (O2): slots that are left."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.scheduling import Desk
from tests.support.tools.flow import metric
from tests.support.tools.measured import gauge


async def slots(desk: Desk) -> tuple[float, float]:
    free = await gauge(desk.app, "slots", state="free")
    return free, metric(desk.app, "slots", state="booked")


async def test_slots_are_free_or_booked_until_they_begin(desk: Desk) -> None:
    """O2: booked ones rise and fall back to 0; closed and past ones are neither."""
    free, booked = await slots(desk)
    assert (free > 0, booked) == (True, 0)
    who = await desk.citizen()
    mine = await desk.booked(who, (await desk.late_slot())["id"])
    assert await slots(desk) == (free - 1, 1)
    await desk.cancel(who, mine["id"])
    assert await slots(desk) == (free, 0)
    kept = find(desk.app, Runtime).mongo.db["slots"]
    one = (await desk.free())[-1]["id"]
    await kept.update_one({"_id": one}, {"$set": {"closed": "ремонт", "free": False}})
    assert await slots(desk) == (free - 1, 0)
    desk.clock.now += timedelta(days=400)
    assert await slots(desk) == (0, 0)
