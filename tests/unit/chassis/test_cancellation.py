"""O5: whoever is told to stop does, also when a library loses the cancellation on its way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from structlog.testing import capture_logs

from services.chassis.database.client import Mongo
from services.chassis.foundation.tasks import raise_if_cancelled, repeat, stop_all
from services.chassis.http.auth import TokenVerifier
from services.chassis.kafka.dispatcher import Dispatcher
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.kafka.supervisor import Subscription, Supervisor
from services.chassis.runtime.gauges import repeat_all
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from tests.support.service import an_event, as_record
from tests.support.tools.counter import checked


class Suppressing:
    """A call that never ends, and for which a cancellation is the end of something of its own."""

    def __init__(self, end: Callable[[], Any] = lambda: None) -> None:
        self.reached = asyncio.Event()
        self._over = asyncio.Event()
        self._end = end

    async def __call__(self, *_: object, **__: object) -> Any:
        self.reached.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self._over.wait()
        return None if self._over.is_set() else self._end()

    async def is_outlived_by(self, loop: Awaitable[None]) -> bool:
        """Whether the loop is still there two seconds after it was cancelled in this call."""
        task = asyncio.ensure_future(loop)
        await asyncio.wait_for(self.reached.wait(), 10)
        task.cancel()
        await asyncio.wait([task], timeout=2)
        outlived = not task.done()
        self._over.set()  # so that a test that fails ends, too
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.1)
        return outlived


def _fails() -> None:
    message = "closed meanwhile"
    raise OSError(message)


async def test_the_task_remembers_that_it_was_asked() -> None:
    """Once swallowed, a cancellation is seen at the next look, and at every other."""
    swallowed = Suppressing()

    async def loop() -> None:
        raise_if_cancelled()
        await swallowed()
        for _ in range(2):
            with pytest.raises(asyncio.CancelledError):
                raise_if_cancelled()

    task = asyncio.create_task(loop())
    await swallowed.reached.wait()
    task.cancel()
    await task


async def test_a_loop_rests_as_its_step_says_and_longer_while_it_fails() -> None:
    """Every failure is told with the seconds until the next try; success starts them anew."""
    script: list[float | Exception] = [0.0, *map(OSError, "123"), 0.0, OSError("4")]
    told: list[tuple[str, float]] = []

    async def step() -> float:
        if not script:
            raise asyncio.CancelledError
        found = script.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def failed(error: Exception, delay: float) -> None:
        told.append((str(error), delay))

    with pytest.raises(asyncio.CancelledError):
        await repeat(step, failed, first=0.001, longest=0.003)
    assert told == [("1", 0.001), ("2", 0.002), ("3", 0.003), ("4", 0.001)]


async def test_stopping_is_bounded_and_says_who_is_left_and_who_failed() -> None:
    """A loop that does not end holds nobody up, and is named."""
    gate = asyncio.Event()

    async def stubborn() -> None:
        while not gate.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await gate.wait()

    async def broken() -> None:
        try:
            await gate.wait()
        finally:
            _fails()

    tasks = [asyncio.create_task(work(), name=work.__name__) for work in (stubborn, broken)]
    await asyncio.sleep(0)  # they begin to wait
    with capture_logs() as said:
        await stop_all(tasks, within=0.05)
    assert {(line["event"], line["task"]) for line in said} == {
        ("a task did not stop in time", "stubborn"),
        ("a task failed", "broken"),
    }
    gate.set()
    await tasks[0]


@pytest.mark.parametrize("end", [lambda: None, _fails], ids=["returns", "fails"])
async def test_a_background_loop_is_not_started_again_when_it_was_stopped(
    end: Callable[[], None],
) -> None:
    """The chassis starts again what fails or ends, but nothing that it has cancelled."""
    call = Suppressing(end)
    assert not await call.is_outlived_by(Runtime._forever(call))


async def test_the_supervisor_ends_when_the_client_s_close_suppresses_its_cancellation() -> None:
    """Kafka is away, the broker is closed once more: aiokafka's `close` takes the cancellation."""
    closing = Suppressing()

    class Broker:
        async def start(self) -> None:
            _fails()

        async def stop(self) -> None:
            await closing()

    supervisor = Supervisor(lambda: cast("Subscription", Broker()), Metrics())
    assert not await closing.is_outlived_by(supervisor.run())


@pytest.mark.parametrize("end", [dict, _fails], ids=["nonsense", "fails"])
async def test_the_key_set_s_loop_ends(end: Callable[[], Any]) -> None:
    """Whatever comes of a fetch that was cancelled."""
    fetch = Suppressing(end)
    assert not await fetch.is_outlived_by(TokenVerifier(fetch, issuer="i", audience="a").run())


@pytest.mark.parametrize("end", [lambda: None, _fails], ids=["returns", "fails"])
async def test_the_measures_end(end: Callable[[], None]) -> None:
    """Whatever comes of a measure that was cancelled."""
    measure = Suppressing(end)
    assert not await measure.is_outlived_by(repeat_all([measure], every=0.01))


async def test_an_event_s_tries_end(database: str) -> None:
    """A driver's error in place of the cancellation is no reason for another try."""
    handler = Suppressing(_fails)
    mongo = Mongo("mongodb://127.0.0.1:1", database)
    dispatcher = Dispatcher(
        "identity", {type(checked("a")): handler}, mongo, Metrics(), backoff=0.01
    )
    record = as_record(an_event(checked("a"), aggregate_id="a"))
    assert not await handler.is_outlived_by(dispatcher.handle_batch([record]))
    mongo.close()


async def test_a_sender_that_does_not_end_keeps_no_connections() -> None:
    """Throwing a producer away closes its connections in any case."""
    closed = asyncio.Event()

    class Sender:
        async def close(self) -> None:
            await asyncio.Event().wait()

    class Client:
        async def close(self) -> None:
            closed.set()

    class Producer:
        _sender = Sender()
        client = Client()

    publisher = KafkaPublisher("127.0.0.1:1", client_id="test")
    publisher._producer = cast("AIOKafkaProducer", Producer())
    await publisher.close()
    assert closed.is_set()
