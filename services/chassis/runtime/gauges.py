"""Keeps the gauges of what waits in the database, and measures the event loop.

Every step is an indexed query. One that takes long is run less often: none takes more than about
a fiftieth of the time, so measuring cannot become the load that it measures. While MongoDB is away
the other gauges stay as they were: `mongo_connected` says that it is away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog

from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import repeat
from services.chassis.kafka.dispatcher import Dispatcher
from services.chassis.kafka.relay import Relay
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers

log = structlog.get_logger(__name__)

Measure = Callable[[], Awaitable[None]]
MEASURE_SECONDS = 5.0
_SHARE = 50
_LONGEST_STEP = 30.0
# Waiting in vain for MongoDB is no load on it, and when it is back the gauges must not stay old.
_AFTER_FAILURE = 30.0
_LOOP_SECONDS = 0.25


async def repeat_all(
    measures: Sequence[Measure],
    *,
    every: float = MEASURE_SECONDS,
    after_failure: float = _AFTER_FAILURE,
) -> None:
    """Run all measures side by side, each again and again, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for measure in measures:
            group.create_task(_repeat(measure, every, after_failure))


async def _repeat(measure: Measure, every: float, after_failure: float) -> None:
    def failed(error: Exception, _: float) -> None:
        log.warning("a measure failed", measure=_name(measure), error=redacted(error))

    async def step() -> float:
        started = time.monotonic()
        async with asyncio.timeout(_LONGEST_STEP):
            await measure()
        return max(every, _SHARE * (time.monotonic() - started))

    await repeat(step, failed, first=every, longest=max(every, after_failure))


def _name(measure: Measure) -> str:
    return str(getattr(measure, "__qualname__", measure))


class Gauges:
    """The measures of the chassis."""

    def __init__(
        self,
        metrics: Metrics,
        outbox: Outbox,
        relay: Relay,
        timers: Timers,
        dispatcher: Dispatcher,
        *,
        ping: Measure,
    ) -> None:
        """Take what is measured; `ping` raises when MongoDB does not answer."""
        self._metrics = metrics
        self._outbox = outbox
        self._relay = relay
        self._timers = timers
        self._dispatcher = dispatcher
        self._ping = ping

    @property
    def measures(self) -> Sequence[Measure]:
        """The steps."""
        return (self.mongo, self.outbox, self.dead_letters, self.timers)

    async def mongo(self) -> None:
        """Whether MongoDB answers: seen also when nobody asks the service for anything."""
        try:
            async with asyncio.timeout(MEASURE_SECONDS):
                await self._ping()
        except Exception:
            self._metrics.mongo_up.set(0)
            raise
        self._metrics.mongo_up.set(1)

    async def outbox(self) -> None:
        """What is committed and not yet in Kafka."""
        pending, since = await self._outbox.pending()
        now = datetime.now(UTC)
        self._metrics.outbox_pending.set(pending)
        self._metrics.outbox_age.set(max(0.0, (now - since).total_seconds()) if since else 0)
        self._metrics.outbox_stuck.set(len(self._relay.stuck))

    async def dead_letters(self) -> None:
        """What waits for a person."""
        self._metrics.dead_letters.set(await self._dispatcher.letters.open_count())

    async def timers(self) -> None:
        """What is due and what failed, of every kind that this service runs."""
        now, latest = datetime.now(UTC), 0.0
        for kind in sorted(self._metrics.timer_kinds):
            due, failed, oldest = await self._timers.waiting(kind, now)
            self._metrics.timers_due.labels(kind).set(due)
            self._metrics.timers_failed.labels(kind).set(failed)
            if oldest is not None:
                latest = max(latest, (now - oldest).total_seconds())
        self._metrics.timers_late.set(latest)


async def measure_loop(metrics: Metrics, late: Callable[[float], None]) -> None:
    """Sleep and tell how late it was, until cancelled: what every request here waits at least."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LOOP_SECONDS
        await asyncio.sleep(_LOOP_SECONDS)
        seconds = max(0.0, loop.time() - due)
        metrics.loop_lag.observe(seconds)
        late(seconds)
