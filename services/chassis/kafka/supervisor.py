"""Keeps the consumer running, says whether Kafka answers it, and has its backlog reckoned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import raise_if_cancelled, repeat
from services.chassis.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_WATCH_SECONDS = 3.0
_PAUSE_SECONDS = 0.2


class Subscription(Protocol):
    """A consumer with its connection; `subscriber.TolerantBroker` is one."""

    async def start(self) -> None:
        """Connect and consume."""
        ...

    async def stop(self) -> None:
        """Let go of everything."""
        ...

    @property
    def consuming(self) -> bool:
        """Whether it goes on by itself."""
        ...

    async def answers(self) -> bool:
        """Whether Kafka answers it."""
        ...

    async def look(self) -> None:
        """Have the backlog reckoned anew."""
        ...


class Supervisor:
    """Keeps the consumer running: starts it when Kafka is there, starts it again when it fails."""

    def __init__(
        self, build: Callable[[], Subscription], metrics: Metrics, *, longest_backoff: float = 5.0
    ) -> None:
        self._build = build
        self._metrics = metrics
        self._longest_backoff = longest_backoff
        self.connected = False

    async def run(self) -> None:
        """Run until cancelled."""

        def failed(error: Exception, delay: float) -> None:
            log.warning("Kafka is away", error=redacted(error), retry_in=delay)

        await repeat(self._consume, failed, first=_PAUSE_SECONDS, longest=self._longest_backoff)

    async def _consume(self) -> float:
        """Consume until the consumer stops by itself."""
        broker = self._build()
        try:
            async with asyncio.timeout(30):
                await broker.start()
            self._set(connected=True)
            await self._watch(broker)
        finally:
            self._set(connected=False)
            await _stop(broker)
        log.warning("consumer stopped; starting it again")
        return _PAUSE_SECONDS

    async def _watch(self, broker: Subscription) -> None:
        """Return when the subscriber is not running any more; say whether Kafka answers."""
        while broker.consuming:
            answers = await _in_time(broker)
            if self.connected and not answers:
                log.warning("Kafka is away", error="it does not answer any more")
            self._set(connected=answers)
            if self.connected:
                await broker.look()
            raise_if_cancelled()
            await asyncio.sleep(_WATCH_SECONDS)

    def _set(self, *, connected: bool) -> None:
        self.connected = connected
        self._metrics.kafka_up.set(1 if connected else 0)


async def _in_time(broker: Subscription) -> bool:
    """Whether Kafka answers soon: aiokafka itself waits for it in silence."""
    try:
        async with asyncio.timeout(_WATCH_SECONDS):
            return await broker.answers()
    except Exception:
        return False


async def _stop(broker: Subscription) -> None:
    try:
        async with asyncio.timeout(4):
            await broker.stop()
    except Exception as error:
        log.warning("the consumer did not stop in time", error=redacted(error))
