"""Killed in the middle of making slots, and again, and run by another: the same slots."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Database, Mongo
from services.chassis.foundation import clock
from services.chassis.foundation.settings import Platform
from services.scheduling.hours.actions import MAKE
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.region import timetables
from tests.support.services.scheduling import region_in
from tests.support.stack import ServerStack
from tests.support.tools.lines import abandoned_soon
from tests.support.tools.programs import program

LIVES: Sequence[tuple[str, ...]] = (
    ("before", "1", "slots"),
    ("after", "1", "slots"),
    ("before", "2", "slots"),
    (),
)


@pytest.mark.timeout(120)
async def test_slots_are_the_same_whoever_is_killed_while_making_them(
    servers: ServerStack, platform: Platform, database: str, tokens: Tokens
) -> None:
    """K4: a step commits with the timer of the next one, or not at all."""
    mongo = Mongo(servers.mongo_url, database)
    later = clock.now() + timedelta(hours=2)
    await region_in(platform, database)
    expected = await _slots(mongo.db, later)
    await mongo.db["slots"].delete_many({})
    await mongo.db["timers"].update_many(
        {"kind": MAKE}, {"$set": {"due_at": clock.now(), "payload": {}}}
    )
    deaths = list[int]()
    async with abandoned_soon(mongo, seconds=3):
        living = asyncio.create_task(_live(mongo, servers, tokens, deaths))
        await eventually(lambda: _made(mongo.db), within=90)
        living.cancel()
        await asyncio.wait([living])
    assert deaths == [-signal.SIGKILL] * 3
    assert len(expected) > 1_000
    assert await _slots(mongo.db, later) == expected
    await mongo.client.drop_database(database)
    mongo.close()


async def _live(mongo: Mongo, servers: ServerStack, tokens: Tokens, deaths: list[int]) -> None:
    """One life after the other; what a dead one was at comes again at once."""
    over = {"KAFKA_BOOTSTRAP": "127.0.0.1:1", "LOG_LEVEL": "ERROR"}
    env = {**inherited_environment(), **servers.env(), **over}
    jwks = orjson.dumps(tokens.key_set()).decode()
    for moment in LIVES:
        (port,) = free_ports(1)
        async with program(
            *python("tests.support.victims.scheduling"),
            *(str(port), mongo.db.name, jwks, *moment),
            cwd=ROOT,
            env=env,
        ) as service:
            deaths.append(await service.wait())
        leased = {"kind": MAKE, "attempts": {"$gt": 0}}
        await mongo.db["timers"].update_many(leased, {"$set": {"due_at": clock.now()}})


async def _made(db: Database) -> bool:
    """Whether every timetable has reached its last day: its timer is of tomorrow."""
    rest = {"kind": MAKE, "attempts": 0, "due_at": {"$gt": clock.now()}}
    return await db["timers"].count_documents(rest) == len(timetables())


async def _slots(db: Database, since: Any) -> list[dict[str, Any]]:
    found = db["slots"].find({"starts_at": {"$gt": since}}).sort("_id", 1)
    return [dict(document) async for document in found]
