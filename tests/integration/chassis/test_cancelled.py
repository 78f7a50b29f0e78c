"""E6, O5: what is cancelled in the middle ends, leaves nothing half done, and holds nobody up."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import pytest
from fastapi import FastAPI
from pymongo.client_session import ClientSession
from pymongo.errors import AutoReconnect
from pymongo.monitoring import ConnectionCheckOutStartedEvent
from structlog.testing import capture_logs

from services.chassis.database.client import Mongo, blocking
from services.chassis.database.transaction import in_transaction
from services.chassis.foundation.errors import AccidentError, DuplicateError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.relay import Relay
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.pool import PoolListener
from services.chassis.work.attempt import Attempt
from services.chassis.work.group import Group
from services.chassis.work.groups import Groups
from services.chassis.work.outbox import Record
from services.chassis.work.timer_loop import TimerLoop
from services.chassis.work.unit import Unit
from tests.support.eventually import eventually
from tests.support.service import Collector
from tests.support.tools import counter

T = TypeVar("T")


class Checkout(PoolListener):
    """Holds one call in its thread, before the driver decides what it is a part of."""

    def __init__(self) -> None:
        super().__init__(Metrics())
        self._loop = asyncio.get_running_loop()
        self.armed = threading.Event()
        self.reached = asyncio.Event()
        self.may_go_on = threading.Event()

    def connection_check_out_started(self, event: ConnectionCheckOutStartedEvent) -> None:  # noqa: ARG002 - the driver's signature
        if self.armed.is_set():
            self.armed.clear()
            self._loop.call_soon_threadsafe(self.reached.set)
            self.may_go_on.wait(20)


@dataclass
class Held:
    """A service's database, one of whose calls waits in its thread."""

    checkout: Checkout
    mongo: Mongo
    groups: Groups

    @classmethod
    @contextlib.asynccontextmanager
    async def begun(
        cls, platform: Platform, database: str, work: Callable[[Held], Coroutine[None, None, None]]
    ) -> AsyncIterator[tuple[Held, asyncio.Task[None]]]:
        """Some work, at the moment in which its call waits."""
        checkout = Checkout()
        mongo = Mongo(platform.mongo_url, database, listeners=[checkout])
        held = cls(checkout, mongo, Groups(mongo))
        await mongo.ping()
        task = asyncio.create_task(work(held))
        try:
            await asyncio.wait_for(checkout.reached.wait(), 10)
            yield held, task
        finally:
            checkout.may_go_on.set()
            await asyncio.wait([task], timeout=10)
            mongo.close()


async def _two_writes(held: Held) -> None:
    """Of the relay's kind: all in one step, which waits at its first write."""
    counts = blocking(held.mongo.db["counts"])

    def step(session: ClientSession) -> None:
        held.checkout.armed.set()
        for key in ("a", "b"):
            counts.insert_one({"_id": key, "count": 5}, session=session)

    await in_transaction(held.mongo, step)


async def _unit(held: Held, *, at_commit: bool) -> None:
    """A unit of work that waits at its commit, or at its read before."""
    counts = held.mongo.db["counts"]

    async def attempt(group: Group, unit: Unit) -> None:
        tx = Attempt(group, unit)
        if not at_commit:
            held.checkout.armed.set()
        await tx.find_one(counts, {"_id": "a"})
        for key in ("a", "b"):
            await tx.insert(counts, [{"_id": key, "count": 5}], duplicate=DuplicateError)
        held.checkout.armed.set()
        await tx.settle()

    await held.groups.run(attempt)


async def _is(app: FastAPI, counts: dict[str, int]) -> bool:
    found: dict[str, int] = await app.state.counter.counts()
    return found == counts


WORKS: dict[str, Callable[[Held], Coroutine[None, None, None]]] = {
    "step": _two_writes,
    "unit at its read": partial(_unit, at_commit=False),
    "unit at its commit": partial(_unit, at_commit=True),
}
MAY_COMMIT = ("step", "unit at its commit")


@pytest.mark.parametrize("name", WORKS)
async def test_a_cancelled_write_is_whole_or_not_at_all(
    platform: Platform, database: str, name: str
) -> None:
    """E6: its thread outlives the caller; begun after an abort it would be outside of it."""
    app = counter.build(platform, database)
    async with counter.prepared(app), Held.begun(platform, database, WORKS[name]) as (held, task):
        task.cancel()
        for _ in range(5):
            await asyncio.sleep(0)  # turns of the loop, no time: the cancellation arrives
        # The loop stands still, as a busy one does, while the threads go on: an abort, if there is
        # one by now, comes before the write.
        time.sleep(0.2)  # noqa: ASYNC251 - see above
        held.checkout.may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        whole = {"a": 5, "b": 5}
        if name in MAY_COMMIT:
            await eventually(lambda: _is(app, whole))
        else:
            assert await app.state.counter.counts() == {}


@pytest.mark.parametrize("name", WORKS)
async def test_nobody_waits_long_for_a_cancelled_transaction(
    platform: Platform, database: str, name: str
) -> None:
    """O5: a call that hangs in its thread holds up no stop; nothing stays locked behind it."""
    app = counter.build(platform, database)
    async with counter.prepared(app), Held.begun(platform, database, WORKS[name]) as (held, task):
        task.cancel()
        await asyncio.wait([task], timeout=10)
        assert task.cancelled()
        held.checkout.may_go_on.set()
        before = 5 if name in MAY_COMMIT else 0
        if before:
            await eventually(lambda: _is(app, {"a": 5, "b": 5}))
        assert (await app.state.counter.count("a")).count == before + 1


class Marked(Mongo):
    """MongoDB goes away while a mark waits for `gate`."""

    def __init__(self, url: str, database: str) -> None:
        super().__init__(url, database)
        self.gate = asyncio.Event()

    def submit(self, step: Callable[[], T]) -> asyncio.Future[T]:  # noqa: ARG002 - as it is declared
        async def away() -> T:
            await self.gate.wait()
            message = "away"
            raise AutoReconnect(message)

        return asyncio.ensure_future(away())


class Second(Collector):
    """Takes the first batch at once; the second one is on its way for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        if self.records:
            self.reached.set()
            await asyncio.Event().wait()
        return await super().publish(records)


async def test_a_relay_cancelled_while_its_mark_fails_ends(
    platform: Platform, database: str
) -> None:
    """E6: the error of a mark does not take the place of the cancellation."""
    app = counter.build(platform, database)
    runtime = find(app, Runtime)
    async with counter.prepared(app):
        await app.state.counter.count("a")
        await app.state.counter.count("a")
        mongo, publisher = Marked(platform.mongo_url, database), Second()
        relay = Relay(mongo, runtime.outbox, publisher, runtime.metrics, batch=1, poll=0.05)
        task = asyncio.create_task(relay.run())
        await asyncio.wait_for(publisher.reached.wait(), 10)
        task.cancel()
        asyncio.get_running_loop().call_soon(mongo.gate.set)
        with capture_logs() as said:
            await asyncio.wait([task], timeout=10)
        assert task.cancelled()
        assert "published events were not marked" in said[0]["event"]
        mongo.close()


class Suppressing(Collector):
    """As the real one while its client closes: that takes the cancellation for its own task's."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        self.reached.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return [AccidentError("away") for _ in records]


async def test_a_relay_cancelled_while_kafka_s_client_closes_ends(
    platform: Platform, database: str
) -> None:
    """E6: stopped while Kafka is away, when a producer is being thrown away."""
    app = counter.build(platform, database)
    runtime = find(app, Runtime)
    async with counter.prepared(app):
        await app.state.counter.count("a")
        publisher = Suppressing()
        relay = Relay(runtime.mongo, runtime.outbox, publisher, runtime.metrics, poll=0.05)
        task = asyncio.create_task(relay.run())
        await asyncio.wait_for(publisher.reached.wait(), 10)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        ended = task.cancelled()
        task.cancel()  # so that a test that fails ends, too
        assert ended


async def test_a_timer_that_cannot_even_be_begun_is_told_of(
    platform: Platform, database: str
) -> None:
    """C17: what its task raises is not lost; the others run."""
    app = counter.build(platform, database)
    runtime = find(app, Runtime)
    ran: list[str] = []

    async def run(due: object) -> None:
        ran.append(due.key)  # type: ignore[attr-defined] # a `Due`

    async with counter.prepared(app):
        await runtime.timers.collection.insert_one(
            {"_id": "count:?", "kind": "count", "state": "waiting", "due_at": datetime.now(UTC)}
        )
        await app.state.counter.later("a")
        loop = TimerLoop(runtime.timers, {"count": run}, runtime.metrics)
        with capture_logs() as said:
            task = asyncio.create_task(loop.run())
            await eventually(lambda: "a" in ran)
            await eventually(lambda: any(line["event"] == "a task failed" for line in said))
            task.cancel()
            await asyncio.wait([task], timeout=10)
        assert task.cancelled()
