"""X2: an offer goes from one to the next, also when the process dies in between."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from contracts.waiting import SlotOffered
from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Database, Mongo
from services.chassis.foundation import clock
from services.chassis.foundation.settings import Platform
from services.chassis.work.timers import timer_document
from services.scheduling.timetable.actions import HOLD
from services.scheduling.waitlist.domain import Sought, Wait, offer
from services.scheduling.waitlist.store import Waits
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.scheduling import region_in
from tests.support.services.waiting import stored_slot
from tests.support.stack import ServerStack
from tests.support.tools.lines import abandoned_soon
from tests.support.tools.programs import program

PEOPLE = [f"citizen-{n:02}" for n in range(8)]
LIVES: Sequence[tuple[str, ...]] = (
    ("before", "1", "outbox"),  # the next was not offered it
    ("after", "1", "outbox"),  # … was, and nobody knows
    ("before", "3", "outbox"),
    ("after", "2", "outbox"),
    (),
)


@pytest.mark.timeout(120)
async def test_everybody_has_one_turn_whoever_is_killed_meanwhile(
    servers: ServerStack, platform: Platform, database: str, tokens: Tokens
) -> None:
    """A18: in the order of joining; timers that come twice change nothing; then it is free."""
    mongo = Mongo(servers.mongo_url, database)
    await region_in(platform, database)
    slot_id = await _offered_to_the_first(mongo.db)
    deaths = list[int]()
    async with abandoned_soon(mongo, seconds=3):
        living = asyncio.create_task(_live(mongo, servers, tokens, deaths))
        assert await eventually(lambda: _free(mongo.db, slot_id), within=90, every=0.2)
        living.cancel()
        await asyncio.wait([living])
    assert deaths == [-signal.SIGKILL] * 4
    told = [
        d async for d in mongo.db["outbox"].find({"type": SlotOffered.TYPE}).sort("recorded_at")
    ]
    assert [orjson.loads(d["value"])["data"]["citizen_id"] for d in told] == PEOPLE[1:]
    waits = [d async for d in mongo.db["waits"].find().sort("joined_at")]
    assert [(d["state"], d["passed"], d["missed"]) for d in waits] == [
        ("waiting", [slot_id], 1) for _ in PEOPLE
    ]
    await mongo.client.drop_database(database)


async def _offered_to_the_first(db: Database) -> str:
    """All of them wait for a slot that is held for the first, whose time is over."""
    now = clock.now()
    found = await db["slots"].find_one(
        {"free": True, "starts_at": {"$gt": now + timedelta(days=5)}}, sort=[("starts_at", 1)]
    )
    assert found is not None
    slot = stored_slot(found)
    sought = Sought(slot.day, slot.day, doctor_id=slot.doctor_id)
    documents = Waits(db).mapper
    for n, name in enumerate(PEOPLE):
        wait = Wait(f"wait-{name}", name, sought, now + timedelta(seconds=n), sought.keys)
        made = offer(slot, now, timedelta(minutes=15))
        assert made is not None
        await db["waits"].insert_one(documents.document(wait if n else wait.offered(made)))
        known = {"_id": name, "full_name": "Соколова Анна Сергеевна", "agenda": []}
        await db["patients"].insert_one(known)
    first = {"id": f"wait-{PEOPLE[0]}", "kind": "waitlist", "citizen_id": PEOPLE[0], "until": now}
    await db["slots"].update_one({"_id": slot.id}, {"$set": {"hold": first, "free": False}})
    await db["timers"].insert_one(timer_document(HOLD, slot.id, now))
    return slot.id


async def _free(db: Database, slot_id: str) -> bool:
    """Let the time of the offer pass, for whoever has it, and see whether nobody does."""
    past: datetime = clock.now() - timedelta(seconds=1)
    held: dict[str, Any] = {"_id": slot_id, "hold": {"$ne": None}}
    if (await db["slots"].update_one(held, {"$set": {"hold.until": past}})).matched_count == 0:
        return True
    await db["timers"].update_one({"_id": f"{HOLD}:{slot_id}"}, {"$set": {"due_at": clock.now()}})
    return False


async def _live(mongo: Mongo, servers: ServerStack, tokens: Tokens, deaths: list[int]) -> None:
    """One life after the other."""
    (port,) = free_ports(1)
    over = {"KAFKA_BOOTSTRAP": "127.0.0.1:1", "LOG_LEVEL": "ERROR"}
    env = {**inherited_environment(), **servers.env(), **over}
    jwks = orjson.dumps(tokens.key_set()).decode()
    for moment in LIVES:
        async with program(
            *python("tests.support.victims.scheduling"),
            *(str(port), mongo.db.name, jwks, *moment),
            cwd=ROOT,
            env=env,
        ) as service:
            deaths.append(await service.wait())
