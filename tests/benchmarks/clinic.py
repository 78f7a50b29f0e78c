"""A service as it is measured: in a process of its own; slots, citizens and their requests.

Beside it, in another process, a bare route: FastAPI and Motor by themselves, on our server. The
service has the same route, to show what is the door's share.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import orjson
import uvicorn
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.settings import inherited_environment
from services.certificates import app as certificates
from services.certificates import settings as certificates_settings
from services.chassis.database.client import Mongo
from services.chassis.foundation import clock
from services.chassis.foundation.settings import Platform
from services.chassis.http.limits.connections import listening, server_options
from services.chassis.runtime.service import serve
from services.chassis.work.outbox import Record
from services.scheduling import app as scheduling
from services.scheduling import settings as scheduling_settings
from services.scheduling.timetable.domain import Slot
from services.scheduling.timetable.store.slots import to_document
from tests.support.eventually import eventually
from tests.support.service import Tokens, fresh_database
from tests.support.services.scheduling import SAID, SLOT, VISIT
from tests.support.stack import ServerStack


@dataclass(frozen=True)
class Service:
    """The running service, the bare route beside it, and their database."""

    port: int
    bare: int
    mongo: Mongo
    tokens: Tokens


async def new_bookings(mongo: Mongo, tokens: Tokens, count: int) -> list[bytes]:
    """So many requests, each of another citizen for another slot."""
    slots = await new_slots(mongo, count)
    people = await new_citizens(mongo, tokens, count)
    return [booking_of(slot, who) for slot, who in zip(slots, people, strict=True)]


async def new_slots(mongo: Mongo, count: int) -> list[str]:
    """So many free slots; their ids."""
    start = clock.now() + timedelta(days=2)
    slots = [_slot(f"{secrets.token_hex(8)}", start + timedelta(minutes=n)) for n in range(count)]
    await mongo.db["slots"].insert_many([to_document(s) for s in slots])
    return [s.id for s in slots]


def _slot(slot_id: str, starts_at: datetime) -> Slot:
    visit = replace(
        VISIT, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=15), kind="first"
    )
    return replace(SLOT, id=slot_id, visit=visit)


async def new_citizens(mongo: Mongo, tokens: Tokens, count: int) -> list[str]:
    names = [secrets.token_hex(8) for _ in range(count)]
    await mongo.db["patients"].insert_many(
        [{"_id": n, "full_name": "Соколова Анна Сергеевна", "agenda": []} for n in names]
    )
    return [tokens.token(n) for n in names]


def booking_of(slot_id: str, token: str) -> bytes:
    return request_of("/v1/appointments", orjson.dumps({"slot_id": slot_id, **SAID}), token)


def request_of(path: str, body: bytes, token: str | None = None) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json", f"Idempotency-Key: {secrets.token_hex(8)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def service(
    stack: ServerStack, settings: Mapping[str, str], measured: str = "scheduling"
) -> AsyncIterator[Service]:
    """The service and the bare route, each in its own process, on a fresh database."""
    port, bare = free_ports(2)
    database, tokens = fresh_database(), Tokens()
    env = {**inherited_environment(), **stack.env(), "KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    keys = orjson.dumps(tokens.key_set()).decode()
    mongo = Mongo(stack.mongo_url, database)
    async with AsyncExitStack() as running:
        running.callback(mongo.close)
        running.push_async_callback(mongo.client.drop_database, database)
        for name, its_port in ((measured, port), ("bare", bare)):
            child = Child(
                name,
                [*python("tests.benchmarks.clinic"), name, str(its_port), database, keys],
                env={**env, **settings},
                cwd=ROOT,
            )
            child.start()
            running.push_async_callback(asyncio.to_thread, child.stop, grace=5.0)
        async with httpx2.AsyncClient() as client:
            await eventually(partial(_ready, client, port, "keys"), within=60)
            await eventually(partial(_ready, client, bare, "mongo"), within=60)
        yield Service(port, bare, mongo, tokens)


async def _ready(client: httpx2.AsyncClient, port: int, check: str) -> bool:
    try:
        answer = await client.get(f"http://127.0.0.1:{port}/readyz")
    except httpx2.TransportError:
        return False
    return bool(answer.json()["checks"][check])


class _Forgetful:
    """Takes what the relay sends, and keeps nothing."""

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        return [None] * len(records)


def _scheduling(port: int, database: str, keys: dict[str, Any]) -> None:
    """As `python -m services.scheduling`."""
    settings = scheduling_settings.Settings(port=port, database=database, demo=True)
    _serve(scheduling.build, settings, database, keys)


def _certificates(port: int, database: str, keys: dict[str, Any]) -> None:
    """As `python -m services.certificates`."""
    settings = certificates_settings.Settings(port=port, database=database, demo=True)
    _serve(certificates.build, settings, database, keys)


def _serve(build: Callable[..., FastAPI], settings: Any, database: str, keys: Any) -> None:
    async def fetch() -> dict[str, Any]:
        found: dict[str, Any] = keys
        return found

    app = build(settings, fetch_keys=fetch, publisher=_Forgetful())
    _add_bare_route(app, database)
    serve(app)


def _bare(port: int, database: str, _: dict[str, Any]) -> None:
    app, platform = FastAPI(), Platform()
    _add_bare_route(app, database)

    @app.get("/readyz")
    async def ready() -> dict[str, dict[str, bool]]:
        return {"checks": {"mongo": True}}

    config = uvicorn.Config(app, port=port, **server_options(platform))
    uvicorn.Server(config).run(listening(config))


def _add_bare_route(app: FastAPI, database: str) -> None:
    db = AsyncIOMotorClient(Platform().mongo_url, w="majority")[database]

    @app.post("/bare/{slot_id}")
    async def bare(slot_id: str) -> dict[str, bool]:
        taken = {"$set": {"free": False, "appointment_id": "a"}}
        done = await db["slots"].update_one({"_id": slot_id, "free": True}, taken)
        return {"taken": bool(done.modified_count)}

    @app.post("/bare/applications/{application_id}")
    async def filed(application_id: str) -> dict[str, bool]:
        change = {"$set": {"state": "submitted", "tracking_number": application_id}}
        draft = {"_id": application_id, "state": "draft"}
        done = await db["applications"].update_one(draft, change)
        return {"filed": bool(done.modified_count)}


_APPS = {"scheduling": _scheduling, "certificates": _certificates, "bare": _bare}

if __name__ == "__main__":
    with Path(os.devnull).open("wb") as log:  # every line is made
        os.dup2(log.fileno(), sys.stdout.fileno())
    _APPS[sys.argv[1]](int(sys.argv[2]), sys.argv[3], orjson.loads(sys.argv[4]))
