"""E6, O5: what is cancelled in the middle ends, leaves nothing half done, and holds nobody up."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from pymongo.errors import AutoReconnect
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
    ConnectionCheckOutStartedEvent,
)
from structlog.testing import capture_logs

from services.chassis.database.client import Mongo, Session
from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.relay import Relay
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.pool import PoolListener
from services.chassis.work.outbox import Record
from services.chassis.work.timer_loop import TimerLoop
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


class Inserted(CommandListener):
    """Notices that an insert was answered."""

    def __init__(self) -> None:
        self.done = threading.Event()

    def started(self, event: CommandStartedEvent) -> None:
        """Nothing to do."""

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if event.command_name == "insert":
            self.done.set()

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to do."""


@dataclass
class Held:
    """A transaction whose first write waits in its thread."""

    checkout: Checkout
    inserted: Inserted
    sessions: list[Session] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def begun(
        cls, platform: Platform, database: str
    ) -> AsyncIterator[tuple[Held, asyncio.Task[None]]]:
        held = cls(Checkout(), Inserted())
        mongo = Mongo(platform.mongo_url, database, listeners=[held.checkout, held.inserted])

        async def work(session: Session) -> None:
            held.sessions.append(session)
            held.checkout.armed.set()
            await mongo.db["counts"].insert_one({"_id": "a", "count": 5}, session=session)

        await mongo.ping()
        task = asyncio.create_task(mongo.transaction(work))
        try:
            await asyncio.wait_for(held.checkout.reached.wait(), 10)
            yield held, task
        finally:
            held.checkout.may_go_on.set()
            await asyncio.wait([task], timeout=10)
            mongo.close()


async def test_a_write_whose_caller_was_cancelled_does_not_commit_alone(
    platform: Platform, database: str
) -> None:
    """E6: its thread outlives the caller; begun after the abort it would be outside of it."""
    app = counter.build(platform, database)
    async with counter.prepared(app), Held.begun(platform, database) as (held, task):
        task.cancel()
        for _ in range(5):
            await asyncio.sleep(0)  # turns of the loop, no time: the cancellation arrives
        # The loop stands still, as a busy one does, while the threads go on: the abort, if there
        # is one by now, before the write.
        until = time.monotonic() + 1
        while held.sessions[0].in_transaction and time.monotonic() < until:
            time.sleep(0.01)  # noqa: ASYNC251 - see above
        held.checkout.may_go_on.set()
        assert held.inserted.done.wait(10)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await app.state.counter.counts() == {}


async def test_nobody_waits_long_for_a_cancelled_transaction(
    platform: Platform, database: str
) -> None:
    """O5: a call that hangs in its thread holds up no stop; later it is aborted all the same."""
    app = counter.build(platform, database)
    async with counter.prepared(app), Held.begun(platform, database) as (held, task):
        task.cancel()
        await asyncio.wait([task], timeout=10)
        assert task.cancelled()
        held.checkout.may_go_on.set()
        assert await asyncio.to_thread(held.inserted.done.wait, 10)
        # neither committed nor left open, where it would lock the document
        assert (await app.state.counter.count("a")).count == 1


class Marked(Mongo):
    """MongoDB goes away while a mark waits for `gate`."""

    def __init__(self, url: str, database: str) -> None:
        super().__init__(url, database)
        self.gate = asyncio.Event()

    async def transaction(
        self,
        work: Callable[[Session], Awaitable[T]],  # noqa: ARG002 - as it is declared
        *,
        within: float = 10.0,  # noqa: ARG002 - as above
    ) -> T:
        await self.gate.wait()
        message = "away"
        raise AutoReconnect(message)


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
