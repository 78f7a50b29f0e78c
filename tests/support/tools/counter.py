"""A service of three lines, for testing the chassis: counts what it hears and says what it counted.

It hears `registry.identity-checked` and answers with `identity.profile-rejected`: any two types of
the registry would do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel

from contracts.identity import ProfileRejected
from contracts.partners import IdentityChecked
from services.chassis.database.client import Document
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import DuplicateError, RefusalError
from services.chassis.foundation.settings import Platform, ServiceSettings
from services.chassis.http.facilities import find
from services.chassis.http.once import OnceKey
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.work.groups import LARGEST, Groups
from services.chassis.work.inbox import Incoming
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction


class CounterRefusedError(RefusalError):
    """The counter does not take this one."""

    code = "counter-refused"

    def __init__(self) -> None:
        super().__init__("Не сейчас.")


class Counted(BaseModel):
    """How often."""

    key: str
    count: int


@dataclass
class Counter:
    """Counts per aggregate; `trouble` is called first and may raise."""

    resources: Resources
    trouble: Callable[[str], Awaitable[None]] | None = None

    async def count(
        self, key: str, *, cause: Cause | None = None, once: Once | None = None
    ) -> Counted:
        """Add one and say so, in one transaction."""
        if self.trouble is not None:
            await self.trouble(key)

        async def work(tx: Transaction) -> Counted:
            counts = self.resources.mongo.collection("counts")
            found = await tx.find_one(counts, {"_id": key})
            count = found["count"] + 1 if found else 1
            counted = {"_id": key, "count": count}
            await tx.replace(counts, {"_id": key}, counted, duplicate=DuplicateError)
            tx.emit(key, count, ProfileRejected(account_id=key, mismatches=()))
            return Counted(key=key, count=count)

        return await self.resources.transactions.run(work, cause=cause, once=once)

    async def counts(self) -> dict[str, int]:
        """All counts."""
        found: list[Document] = await self.resources.mongo.db["counts"].find().to_list(None)
        return {d["_id"]: d["count"] for d in found}

    async def later(self, key: str, due_at: datetime | None = None) -> None:
        """Count by a durable timer."""

        async def work(tx: Transaction) -> None:
            await tx.set_timer("count", key, due_at or datetime.now(UTC))

        await self.resources.transactions.run(work)


def build(
    platform: Platform,
    database: str,
    *,
    name: str = "identity",
    trouble: Callable[[str], Awaitable[None]] | None = None,
    latest_only: bool = False,
    port: int = 1,
    largest: int = LARGEST,
    **seams: Any,
) -> FastAPI:
    """The counting service. `name` is its consumer group and the source of its events.

    `largest` is the size of its largest group of units.
    """
    settings = ServiceSettings(port=port, database=database, platform=platform)
    resources = Resources(name, settings, **seams)
    resources.transactions.groups = Groups(
        resources.mongo, largest=largest, metrics=resources.metrics
    )
    counter = Counter(resources, trouble)

    async def heard(incoming: Incoming[IdentityChecked]) -> None:
        cause = incoming.latest("count") if latest_only else incoming.cause
        await counter.count(incoming.data.account_id, cause=cause)

    async def due(timer: Due) -> None:
        await counter.count(timer.key, cause=timer)

    router = APIRouter()

    @router.post("/v1/counts/{key}", status_code=201)
    async def count(request: Request, key: str, once: OnceKey) -> Counted:
        await request.body()
        return await counter.count(key, once=once.answering(lambda counted: counted))

    app = Runtime(
        resources,
        ServiceSpec(
            title="Counter",
            description="For tests.",
            router=router,
            handlers=[{IdentityChecked: heard}],
            timer_handlers={"count": due},
            indexes=[{"counts": []}],
        ),
    ).app
    app.state.counter = counter
    return app


@asynccontextmanager
async def prepared(app: FastAPI) -> AsyncIterator[None]:
    """The collections and indexes of the service, but none of its loops."""
    runtime = find(app, Runtime)
    await runtime.prepare()
    try:
        yield
    finally:
        await runtime.mongo.client.drop_database(runtime.mongo.db.name)
        runtime.mongo.close()


def checked(key: str) -> IdentityChecked:
    """An event that the counter hears."""
    return IdentityChecked(account_id=key, revision=1, matched=True)
