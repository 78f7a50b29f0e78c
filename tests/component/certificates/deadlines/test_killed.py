"""Killed at every step of a missed deadline, and run by another: each is told once (C17, e14)."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import orjson
import pytest

from contracts.certificates import ApplicationEscalated, DeadlineMissed
from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Mongo
from services.chassis.foundation import clock
from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.certificates.office import office
from tests.support.stack import ServerStack
from tests.support.tools.lines import abandoned_soon
from tests.support.tools.programs import program

LIVES: Sequence[tuple[str, ...]] = (
    ("before", "1", "outbox"),
    ("after", "1", "outbox"),
    ("before", "2", "outbox"),
    (),
)


@pytest.mark.timeout(180)
async def test_each_step_is_told_once_whoever_is_killed_at_it(
    servers: ServerStack, platform: Platform, database: str, tokens: Tokens
) -> None:
    """A step commits with its event and with the timer of the next one, or not at all."""
    mongo = Mongo(servers.mongo_url, database)
    async with office(platform, database, tokens) as running:
        await running.know_people()
        application_id = (await running.submitted())["id"]
        kept = {
            name: await mongo.db[name].find({}).to_list(None)
            for name in await mongo.db.list_collection_names()
        }
    for name, documents in kept.items():  # the office takes its database with it
        if documents:
            await mongo.db[name].insert_many(documents)
    long_ago = clock.now() - timedelta(days=30)
    missed = {"consent.at": long_ago, "clock.deadline_at": long_ago + timedelta(days=3)}
    await mongo.db["applications"].update_one({"_id": application_id}, {"$set": missed})
    await mongo.db["timers"].update_one(
        {"_id": f"deadline:{application_id}"}, {"$set": {"due_at": clock.now()}}
    )
    deaths = list[int]()

    async def over() -> bool:
        found = await mongo.db["applications"].find_one({"_id": application_id})
        timers = await mongo.db["timers"].find({"kind": "deadline"}).to_list(None)
        step = (found["escalation"] or {}).get("step") if found else None
        assert step == "reapply", (step, found and found["state"], timers, deaths)
        return True

    async with abandoned_soon(mongo, seconds=3):
        living = asyncio.create_task(_live(mongo, servers, tokens, deaths))
        await eventually(over, within=90)
        living.cancel()
        await asyncio.wait([living])
    assert deaths == [-signal.SIGKILL] * 3
    told = Counter[str]()
    async for record in mongo.db["outbox"].find(
        {"type": {"$in": [DeadlineMissed.TYPE, ApplicationEscalated.TYPE]}}
    ):
        told[orjson.loads(bytes(record["value"]))["data"].get("step", "status")] += 1
    assert told == dict.fromkeys(("status", "support", "department", "reapply"), 1)
    await mongo.client.drop_database(database)
    mongo.close()


async def _live(mongo: Mongo, servers: ServerStack, tokens: Tokens, deaths: list[int]) -> None:
    """One life after the other; what a dead one was at comes again at once."""
    at_once = dict.fromkeys(("CERTIFICATES_DEPARTMENT_AFTER", "CERTIFICATES_REAPPLY_AFTER"), "PT0S")
    over = {"KAFKA_BOOTSTRAP": "127.0.0.1:1", "LOG_LEVEL": "ERROR", **at_once}
    env = {**inherited_environment(), **servers.env(), **over}
    jwks = orjson.dumps(tokens.key_set()).decode()
    for moment in LIVES:
        (port,) = free_ports(1)
        async with program(
            *python("tests.support.victims.certificates"),
            *(str(port), mongo.db.name, jwks, *moment),
            cwd=ROOT,
            env=env,
        ) as service:
            deaths.append(await service.wait())
        leased = {"kind": "deadline", "attempts": {"$gt": 0}}
        await mongo.db["timers"].update_many(leased, {"$set": {"due_at": clock.now()}})
