"""Timers that are due at once: run by who set them, and by somebody else if that one dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from services.chassis.database.client import Document, Mongo
from services.chassis.database.deadline import Deadline, set_deadline
from services.chassis.foundation.errors import RefusalError
from services.chassis.foundation.settings import Platform
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work import timers as stored
from services.chassis.work.outbox import INDEXES, Outbox
from services.chassis.work.timer_loop import TimerLoop
from services.chassis.work.timers import SETTERS_LEASE, Due, Timers
from services.chassis.work.transactions import Transaction, Transactions
from tests.support.eventually import eventually

KIND = "ring"


@dataclass
class Clockmaker:
    """A service that does nothing but set timers and hear them."""

    mongo: Mongo
    timers: Timers
    transactions: Transactions
    heard: list[str] = field(default_factory=list)
    doing: Callable[[], Awaitable[None]] | None = None

    async def hear(self, due: Due) -> None:
        if self.doing is not None:
            await self.doing()

        async def work(_: Transaction) -> None:
            self.heard.append(due.key)

        await self.transactions.run(work, cause=due)

    async def set(self, *keys: str, at: datetime | None = None, refused: bool = False) -> None:
        async def work(tx: Transaction) -> None:
            for key in keys:
                await tx.set_timer(KIND, key, at or datetime.now(UTC))
            if refused:
                raise RefusalError

        await self.transactions.run(work)

    async def left(self) -> list[Document]:
        found: list[Document] = await self.timers.collection.find().to_list(None)
        return found

    @asynccontextmanager
    async def running(self, concurrency: int = 4, poll: float = 60.0) -> AsyncIterator[TimerLoop]:
        """With a loop that looks by itself once a minute."""
        loop = TimerLoop(
            self.timers, {KIND: self.hear}, Metrics(), concurrency=concurrency, poll=poll
        )
        task = asyncio.create_task(loop.run())
        await eventually(lambda: loop._context is not None)
        try:
            yield loop
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=10)


@pytest_asyncio.fixture
async def clockmaker(platform: Platform, database: str) -> AsyncIterator[Clockmaker]:
    mongo = Mongo(platform.mongo_url, database)
    await mongo.ensure({**INDEXES, **stored.INDEXES})
    timers = Timers(mongo)
    transactions = Transactions("identity", mongo, Outbox(mongo), timers)
    yield Clockmaker(mongo, timers, transactions)
    await mongo.client.drop_database(database)
    mongo.close()


async def test_what_is_due_at_once_is_run_without_being_looked_for(clockmaker: Clockmaker) -> None:
    leases = 0
    async with clockmaker.running() as loop:
        lease = loop.lease

        async def counted(now: datetime, most: int) -> object:
            nonlocal leases
            leases += 1
            return await lease(now, most)

        loop.lease = counted  # type: ignore[method-assign, assignment] # to see that it is not asked
        for n in range(3):
            await clockmaker.set(str(n))
            await eventually(lambda: len(clockmaker.heard) > n)  # noqa: B023 - awaited here
        await eventually(lambda: _left(clockmaker))
    assert leases <= 1  # the one that it may have begun with


async def test_places_that_nothing_came_for_are_free_again(clockmaker: Clockmaker) -> None:
    async with clockmaker.running(concurrency=2) as loop:
        for _ in range(3):
            with pytest.raises(RefusalError):
                await clockmaker.set("a", "b", refused=True)
        assert loop._kept == 0
        await clockmaker.set("c", "c")  # set twice: one place
        await eventually(lambda: clockmaker.heard == ["c"])
        assert loop._kept == 0


async def test_more_than_there_are_places_for_are_found_by_the_loop(clockmaker: Clockmaker) -> None:
    """And what is later waits for its time."""
    async with clockmaker.running(concurrency=2):
        await clockmaker.set(*map(str, range(7)))
        await clockmaker.set("later", at=datetime.now(UTC) + timedelta(days=1))
        await eventually(lambda: _left(clockmaker, f"{KIND}:later"))
    assert sorted(clockmaker.heard) == [*map(str, range(7))]


async def test_what_found_every_place_kept_is_looked_for_when_one_is_free(
    clockmaker: Clockmaker,
) -> None:
    """Not at the next look of the clock only, which here is a minute away."""
    async with clockmaker.running(concurrency=1) as loop:
        await clockmaker.set("warm")
        await eventually(lambda: _left(clockmaker))
        assert loop.keep_place()
        await clockmaker.set("a")
        await eventually(lambda: not loop._bell.is_set())
        assert clockmaker.heard == ["warm"]
        loop.free_place()
        await eventually(lambda: clockmaker.heard == ["warm", "a"], within=5)


async def test_what_its_setter_died_over_comes_again_when_its_lease_is_over(
    clockmaker: Clockmaker,
) -> None:
    """E6: committed and never begun."""
    async with clockmaker.running() as loop:
        loop._start = lambda document: None  # type: ignore[method-assign] # noqa: ARG005 - it dies
        await clockmaker.set("a")
    (document,) = await clockmaker.left()
    another = TimerLoop(clockmaker.timers, {KIND: clockmaker.hear}, Metrics())
    now = datetime.now(UTC)
    assert await another.lease(now, 5) is None
    leased = await another.lease(now + SETTERS_LEASE, 5)
    assert leased is not None
    assert leased[0]["token"] != document["token"]
    await another.handle(leased[0])
    assert clockmaker.heard == ["a"]


async def test_a_stop_gives_back_what_it_did_not_end(clockmaker: Clockmaker) -> None:
    """Nobody waits for the end of a lease whose holder stopped in good order."""
    begun, for_ever = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        begun.set()
        await for_ever.wait()

    clockmaker.doing = hang
    async with clockmaker.running():
        await clockmaker.set("a")
        await begun.wait()
    clockmaker.doing = None
    async with clockmaker.running():
        await eventually(lambda: clockmaker.heard == ["a"], within=5)


async def test_a_request_s_clock_is_not_that_of_its_timer(clockmaker: Clockmaker) -> None:
    """C17: the answer came too late or in time; what it set goes on."""
    async with clockmaker.running():
        deadline = Deadline(60, lambda: None)
        set_deadline(deadline)

        async def strike() -> None:
            deadline.struck = True

        clockmaker.doing = strike
        await clockmaker.set("a")
        await eventually(lambda: clockmaker.heard == ["a"])
        await eventually(lambda: _left(clockmaker))


async def _left(clockmaker: Clockmaker, *ids: str) -> bool:
    return [document["_id"] for document in await clockmaker.left()] == [*ids]
