"""Transactions on real MongoDB: bounded in time, twins answered alike, stops while it is away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable

import pytest
from motor.frameworks.asyncio import max_workers
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from services.chassis.database.client import Mongo, blocking
from services.chassis.database.idempotency import Once, ReplayedAnswer
from services.chassis.database.transaction import in_transaction
from services.chassis.foundation.errors import AlreadyHandledError, DuplicateError, RefusalError
from services.chassis.foundation.faults import is_accident
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.attempt import Attempt
from services.chassis.work.group import Group
from services.chassis.work.groups import Groups
from services.chassis.work.inbox import EventCause, EventPosition
from services.chassis.work.transactions import Transaction
from services.chassis.work.unit import Unit
from tests.support.service import Collector, Tokens, running
from tests.support.stack import ServerStack, restarting
from tests.support.tools import counter
from tests.support.tools.crowds import SIZES


class TakenError(RefusalError):
    """What there was one of is gone."""

    code = "taken"


@pytest.mark.parametrize("largest", SIZES)
async def test_a_twin_that_work_itself_refuses_gets_the_stored_answer(
    platform: Platform, database: str, tokens: Tokens, collector: Collector, largest: int
) -> None:
    """A double click must not be told that the person's own booking is somebody else's."""
    app = counter.build(
        platform, database, fetch_keys=tokens.fetch, publisher=collector, largest=largest
    )
    async with running(app):
        runtime = find(app, Runtime)

        async def work(tx: Transaction) -> counter.Counted:
            counts = runtime.mongo.db["counts"]
            if await tx.find_one(counts, {"_id": "one"}):
                raise TakenError("Занято.")  # noqa: EM101 - one sentence for one test
            document = {"_id": "one", "count": 1}
            await tx.insert(counts, [document], duplicate=DuplicateError)
            return counter.Counted(key="one", count=1)

        once = Once.of(subject="a", route="r", key="k", payload=b"").answering(lambda r: r)
        answers = await asyncio.gather(
            *(runtime.transactions.run(work, once=once) for _ in range(8)), return_exceptions=True
        )
        assert sum(isinstance(a, counter.Counted) for a in answers) == 1
        assert sum(isinstance(a, ReplayedAnswer) for a in answers) == 7


async def test_a_held_document_is_waited_for_without_spinning_and_not_for_ever(
    platform: Platform, database: str
) -> None:
    """O5: an explicit refusal in bounded time, not a time-out at the gateway."""
    app = counter.build(platform, database)
    async with counter.prepared(app):
        mongo: Mongo = find(app, Runtime).mongo
        counts = mongo.db["counts"]
        await counts.insert_one({"_id": "held", "count": 0})
        runs = 0

        def step(session: ClientSession) -> None:
            nonlocal runs
            runs += 1
            change = {"$inc": {"count": 1}}
            blocking(counts).update_one({"_id": "held"}, change, session=session)

        async def attempt(group: Group, unit: Unit) -> None:
            nonlocal runs
            runs += 1
            tx = Attempt(group, unit)
            await tx.update(counts, "held", {"$inc": {"count": 1}})
            await tx.settle()

        groups = Groups(mongo)
        tries: list[Callable[[float], Awaitable[None]]] = [
            lambda within: in_transaction(mongo, step, within=within),
            lambda within: groups.run(attempt, within=within),
        ]
        for attempted in tries:
            runs = 0
            async with await mongo.client.start_session() as other, other.start_transaction():
                await counts.update_one({"_id": "held"}, {"$inc": {"count": 1}}, session=other)
                started = time.monotonic()
                with pytest.raises(PyMongoError) as conflict:
                    await attempted(1.0)
                assert time.monotonic() - started < 20  # the driver by itself: 120
            assert is_accident(conflict.value)
            assert 1 < runs < 100
            await attempted(10.0)
        held = await counts.find_one({"_id": "held"})
        assert held is not None
        assert held["count"] == 4


async def test_mongodb_away_is_said_soon_and_stopping_is_not_hindered(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """O5: 503 while it is away; the service stops in time all the same; nothing is half done."""
    with ServerStack.own(kafka=False) as own:
        away = platform.model_copy(update={"mongo_url": own.mongo_url})
        app = counter.build(away, database, fetch_keys=tokens.fetch, publisher=collector)
        runtime = find(app, Runtime)
        lifespan = app.router.lifespan_context(app)
        await lifespan.__aenter__()
        stopped = restarting(own.mongo)
        await asyncio.to_thread(stopped.__enter__)
        with pytest.raises(PyMongoError) as gone:
            await app.state.counter.count("a")
        assert is_accident(gone.value)
        started = time.monotonic()
        await lifespan.__aexit__(None, None, None)
        assert time.monotonic() - started < 10
        assert not runtime.started
        await asyncio.to_thread(stopped.__exit__, None, None, None)
        again = counter.build(away, database, fetch_keys=tokens.fetch, publisher=collector)
        async with running(again):
            assert await again.state.counter.counts() == {}


@pytest.mark.parametrize("largest", SIZES)
async def test_a_cause_is_claimed_once(
    platform: Platform, database: str, tokens: Tokens, collector: Collector, largest: int
) -> None:
    """E4: of twenty handlers of one event, one has the effect."""
    app = counter.build(
        platform, database, fetch_keys=tokens.fetch, publisher=collector, largest=largest
    )
    async with running(app):
        runtime = find(app, Runtime)
        cause = EventCause(runtime.mongo, "c", "/registry", "e1", "t", "a", EventPosition(1))
        answers = await asyncio.gather(
            *(app.state.counter.count("a", cause=cause) for _ in range(20)),
            return_exceptions=True,
        )
        assert sum(isinstance(a, counter.Counted) for a in answers) == 1
        assert sum(isinstance(a, AlreadyHandledError) for a in answers) == 19
        assert await app.state.counter.counts() == {"a": 1}


class Commits(CommandListener):
    """Stops each ping, and a commit at its start, until it is told to go on."""

    def __init__(self, at_commit: Callable[[], object]) -> None:
        self._at_commit = at_commit
        self.commit_may_end = threading.Event()
        self.pings_may_end = threading.Event()

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "ping":
            self.pings_may_end.wait(20)
        if event.command_name == "commitTransaction":
            self._at_commit()
            self.commit_may_end.wait(20)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to do."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to do."""


async def test_a_transaction_cancelled_at_its_commit_ends_as_cancelled(
    platform: Platform, database: str
) -> None:
    """E6: not as the driver's «aborted after its commit», which a loop would survive."""
    app = counter.build(platform, database)
    loop = asyncio.get_running_loop()
    reached = asyncio.Event()
    stops = Commits(lambda: loop.call_soon_threadsafe(reached.set))
    async with counter.prepared(app):
        mongo = Mongo(platform.mongo_url, database, listeners=[stops])

        def step(session: ClientSession) -> None:
            blocking(mongo.db["counts"]).insert_one({}, session=session)

        # The driver's threads are busy but one, so that the abort comes after the commit's end.
        pings = [asyncio.create_task(mongo.ping()) for _ in range(max_workers - 1)]
        task = asyncio.create_task(in_transaction(mongo, step))
        await asyncio.wait_for(reached.wait(), 10)
        task.cancel()
        await asyncio.sleep(0.1)  # the abort waits for its thread
        stops.commit_may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        stops.pings_may_end.set()
        await asyncio.gather(*pings)
        mongo.close()
