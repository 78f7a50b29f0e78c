"""Many units of work at the same moment, on a database of their own, and what they cost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pymongo import IndexModel
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from services.chassis.database import idempotency
from services.chassis.database.client import Collection, Mongo
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work import inbox, outbox
from services.chassis.work.groups import Groups
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Transaction, Transactions

T = TypeVar("T")
SIZES = (1, 2, 32, 200)
"""Of the largest group: what holds, holds with each."""


class Sent(CommandListener):
    """Counts transactions and commits that were begun."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def started(self, event: CommandStartedEvent) -> None:
        """One more."""
        if event.command.get("startTransaction"):
            self.counts["transactions"] += 1
        if event.command_name == "commitTransaction":
            self.counts["commits"] += 1

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to do."""


@dataclass
class Workshop:
    """Transactions of one process, and a collection `things` whose `number` is unique."""

    mongo: Mongo
    groups: Groups
    transactions: Transactions
    sent: Sent = field(default_factory=Sent)

    @property
    def things(self) -> Collection:
        """What the units work on."""
        return self.mongo.collection("things")

    async def all(self, works: Iterable[Callable[[Transaction], Awaitable[Any]]]) -> list[Any]:
        """Run them at once; what each answered or raised."""
        runs = [asyncio.create_task(self.transactions.run(work)) for work in works]
        return await asyncio.gather(*runs, return_exceptions=True)

    async def ids(self, collection: str = "things") -> set[Any]:
        """What is there."""
        return {d["_id"] async for d in self.mongo.db[collection].find({}, {"_id": 1})}


def adding(
    workshop: Workshop, id_: str, then: Callable[[Transaction], Awaitable[None]] | None = None
) -> Callable[[Transaction], Awaitable[str]]:
    """A unit that adds a thing, with a fact of it, and does something else."""

    async def work(tx: Transaction) -> str:
        thing = {"_id": id_, "number": id_, "revision": 1}
        await tx.insert(workshop.things, [thing], duplicate=DuplicateError)
        if then is not None:
            await then(tx)
        return id_

    return work


@asynccontextmanager
async def workshop_of(
    mongo_url: str,
    database: str,
    *,
    largest: int = 100,
    listeners: Sequence[Any] = (),
) -> AsyncIterator[Workshop]:
    """One process's worth of it; the database is dropped at the end."""
    sent = Sent()
    mongo = Mongo(mongo_url, database, listeners=[sent, *listeners])
    await mongo.ensure(
        {
            "things": [IndexModel("number", unique=True), IndexModel("owner")],
            "marks": [],
            "timers": [],
            **outbox.INDEXES,
            **inbox.INDEXES,
            **idempotency.INDEXES,
        }
    )
    groups = Groups(mongo, largest=largest)
    transactions = Transactions("identity", mongo, Outbox(mongo), Timers(mongo), groups=groups)
    try:
        yield Workshop(mongo, groups, transactions, sent)
    finally:
        await mongo.client.drop_database(database)
        await asyncio.to_thread(mongo.close)  # it says good-bye, and the line may be our loop's
