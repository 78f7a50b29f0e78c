"""A process whose units of work stop together at a named step of their group: to be killed there.

    python -m tests.support.victims.grouping MONGO_URL DATABASE STEP LARGEST

STEP: `entered` (every unit is let in), `read` (the first answer is there), `writing` (the first
write is about to be sent), `written` (the commit is), `committed` (it is done, and nobody was
told). Prints REACHED when it is there.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from contracts.identity import ProfileRejected
from services.chassis.database.client import Mongo
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.groups import Groups
from services.chassis.work.inbox import EventCause, EventPosition
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Transaction, Transactions

EVENTS = 12
STEPS = ("entered", "read", "writing", "written", "committed")
_STARTED = {"insert": "writing", "update": "writing", "commitTransaction": "written"}
_SUCCEEDED = {"find": "read", "commitTransaction": "committed"}


async def handle(transactions: Transactions, number: int, entered: asyncio.Event | None) -> None:
    """An event with every kind of effect: inbox, state, timer, fact.

    Raises:
        AlreadyHandledError: it had it before.
    """
    mongo, key = transactions.mongo, f"e{number}"
    cause = EventCause(mongo, "victim", "/registry", key, "t", key, EventPosition(1))

    async def work(tx: Transaction) -> None:
        if entered is not None:
            entered.set()
            await asyncio.Event().wait()
        counts = mongo.collection("counts")
        found = await tx.find_one(counts, {"_id": key})
        count = found["count"] + 1 if found else 1
        counted = {"_id": key, "count": count}
        await tx.replace(counts, {"_id": key}, counted, duplicate=DuplicateError)
        await tx.set_timer("ring", key, datetime(2099, 1, 1, tzinfo=UTC))
        tx.emit(key, count, ProfileRejected(account_id=key, mismatches=()))

    await transactions.run(work, cause=cause)


class _StopAt(CommandListener):
    def __init__(self, step: str) -> None:
        self._step = step

    def started(self, event: CommandStartedEvent) -> None:
        self._now(_STARTED.get(event.command_name))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._now(_SUCCEEDED.get(event.command_name))

    def failed(self, event: CommandFailedEvent) -> None:
        pass

    def _now(self, step: str | None) -> None:
        if step == self._step:
            _stop()


def _stop() -> None:
    sys.stdout.write("REACHED\n")  # in one piece: two groups may be there
    sys.stdout.flush()
    sys.stdin.read()  # until it is killed
    os._exit(1)


async def main(url: str, database: str, step: str, largest: str) -> None:
    """Handle all events at once."""
    mongo = Mongo(url, database, listeners=[_StopAt(step)])
    groups = Groups(mongo, largest=int(largest))
    transactions = Transactions("identity", mongo, Outbox(mongo), Timers(mongo), groups=groups)
    entered = asyncio.Event() if step == "entered" else None
    handling = [asyncio.create_task(handle(transactions, n, entered)) for n in range(EVENTS)]
    if entered is not None:
        await entered.wait()
        _stop()
    await asyncio.gather(*handling)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
