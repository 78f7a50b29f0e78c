"""X1: also when a process is killed in the middle of a booking."""

from __future__ import annotations

import asyncio
import sys

from contracts.scheduling import AppointmentBooked
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import keyed, outbox_events
from tests.support.services.scheduling import Desk
from tests.support.stack import ServerStack
from tests.support.tools.programs import program


async def test_a_booking_killed_before_its_commit_leaves_nothing(
    desk: Desk, servers: ServerStack
) -> None:
    """Nobody has the slot; meanwhile others are told to come back, and then one of them wins."""
    await desk.citizen("victim")
    who = await desk.citizen("citizen-2")
    slot = await desk.late_slot()
    runtime = find(desk.app, Runtime)
    admin = runtime.mongo.client.admin
    before = await admin.command("getParameter", 1, transactionLifetimeLimitSeconds=1)
    await admin.command("setParameter", 1, transactionLifetimeLimitSeconds=3)
    try:
        async with program(
            *(sys.executable, "-m", "tests.support.victims.booking"),
            *(servers.mongo_url, runtime.mongo.db.name, "victim", slot["id"]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        ) as booking:
            assert booking.stdout is not None
            assert await booking.stdout.readline() == b"inside\n"
            booking.kill()

        held = await desk.book(who, slot["id"])
        assert held.status_code in {201, 503}, held.text
        key = keyed()

        async def won() -> bool:
            return (await desk.book(who, slot["id"], key)).status_code == 201

        if held.status_code == 503:
            assert "retry-after" in held.headers
            assert await eventually(won, within=30)
    finally:
        limit = before["transactionLifetimeLimitSeconds"]
        await admin.command("setParameter", 1, transactionLifetimeLimitSeconds=limit)
    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert event.data.citizen_id == "citizen-2"
    victim = desk.tokens.headers("victim")
    assert (await desk.http.get("/v1/appointments", headers=victim)).json()["items"] == []
