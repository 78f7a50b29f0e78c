"""What makes booking fast must not show: keys are looked up late."""

from __future__ import annotations

import asyncio

from contracts.scheduling import AppointmentBooked
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import keyed, outbox_events
from tests.support.services.scheduling import Desk


async def test_a_repeat_gets_its_answer_whatever_became_of_the_slot(desk: Desk) -> None:
    """The stored answer comes first: the slot is cancelled, somebody else's, or gone."""
    who, other = await desk.citizen(), await desk.citizen("citizen-2")
    slot = await desk.late_slot()
    key = keyed()
    first = await desk.book(who, slot["id"], key)
    assert first.status_code == 201
    assert (await desk.cancel(who, first.json()["id"])).status_code == 200

    async def repeated() -> None:
        again = await desk.book(who, slot["id"], key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotent-replayed"] == "true"

    await repeated()  # the slot is free: only the stored key stands in the way
    assert (await desk.book(other, slot["id"])).status_code == 201
    await repeated()
    await asyncio.gather(*(repeated() for _ in range(5)))
    await find(desk.app, Runtime).mongo.db["slots"].delete_one({"_id": slot["id"]})
    await repeated()
    assert len(await outbox_events(desk.app, AppointmentBooked)) == 2


async def test_a_key_of_another_request_is_refused(desk: Desk) -> None:
    who = await desk.citizen()
    slots = await desk.free(doctor_id="doctor-orlova")
    key = keyed()
    assert (await desk.book(who, slots[-1]["id"], key)).status_code == 201
    reused = await desk.book(who, slots[-3]["id"], key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    assert slots[-3]["id"] in {s["id"] for s in await desk.free(doctor_id="doctor-orlova")}
