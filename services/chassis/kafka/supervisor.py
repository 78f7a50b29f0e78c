"""Keeps the consumer running, says whether Kafka answers it, and has its backlog reckoned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import structlog
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import LogicSubscriber

from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import raise_if_cancelled
from services.chassis.kafka.consumer import TolerantConsumer
from services.chassis.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_WATCH_SECONDS = 3.0


class Supervisor:
    """Keeps the consumer running: starts it when Kafka is there, starts it again when it fails."""

    def __init__(
        self, build: Callable[[], KafkaBroker], metrics: Metrics, *, longest_backoff: float = 5.0
    ) -> None:
        """Take how to build a broker: each attempt gets a fresh one."""
        self._build = build
        self._metrics = metrics
        self._longest_backoff = longest_backoff
        self.connected = False

    async def run(self) -> None:
        """Run until cancelled."""
        delay = 0.2
        while True:
            broker = self._build()
            try:
                async with asyncio.timeout(30):
                    await broker.start()
                self._set(connected=True)
                delay = 0.2
                await self._watch(broker)
                log.warning("consumer stopped; starting it again")
            except Exception as error:
                log.warning("Kafka is away", error=redacted(error), retry_in=delay)
            finally:
                self._set(connected=False)
                await _stop(broker)
            raise_if_cancelled()  # the client's own `close` may have suppressed it
            await asyncio.sleep(delay)
            delay = min(delay * 2, self._longest_backoff)

    async def _watch(self, broker: KafkaBroker) -> None:
        """Return when the subscriber is not running any more; say whether Kafka answers."""
        while all(s.running for s in broker.subscribers):
            answers = await _answers(broker)
            if self.connected and not answers:
                log.warning("Kafka is away", error="it does not answer any more")
            self._set(connected=answers)
            if self.connected:
                await _look(broker)
            raise_if_cancelled()
            await asyncio.sleep(_WATCH_SECONDS)

    def _set(self, *, connected: bool) -> None:
        self.connected = connected
        self._metrics.kafka_up.set(1 if connected else 0)


async def _answers(broker: KafkaBroker) -> bool:
    """Whether Kafka answers the consumer: aiokafka itself waits for it in silence."""
    subscribers = cast("list[LogicSubscriber[Any]]", list(broker.subscribers))
    try:
        async with asyncio.timeout(_WATCH_SECONDS):
            for subscriber in subscribers:
                if subscriber.consumer is None:
                    return False
                client = subscriber.consumer._client  # noqa: SLF001 - no public way to ask
                if not await client.force_metadata_update():
                    return False
    except Exception:
        return False
    return True


async def _look(broker: KafkaBroker) -> None:
    """Have the backlog reckoned anew; Kafka that does not answer leaves it as it was."""
    subscribers = cast("list[LogicSubscriber[Any]]", list(broker.subscribers))
    for consumer in [s.consumer for s in subscribers]:
        if isinstance(consumer, TolerantConsumer):
            try:
                await consumer.look()
            except Exception as error:
                log.warning("the backlog cannot be seen", error=redacted(error))


async def _stop(broker: KafkaBroker) -> None:
    try:
        async with asyncio.timeout(4):
            await broker.stop()
    except Exception as error:
        log.warning("the consumer did not stop in time", error=redacted(error))
