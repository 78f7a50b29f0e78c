"""FastStream behind one door: the one subscriber that a service has.

Nobody calls `broker.subscriber` but `build_broker`, so no subscriber can have another policy.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import LogicSubscriber

from services.chassis.foundation.faults import redacted
from services.chassis.foundation.settings import Platform
from services.chassis.kafka.backlog import Backlog
from services.chassis.kafka.consumer import Report, TolerantConsumer
from services.chassis.kafka.dispatcher import MAX_POLL_INTERVAL_MS, Dispatcher
from services.chassis.kafka.records import KafkaRecord

log = structlog.get_logger(__name__)

ACK_POLICY = AckPolicy.NACK_ON_ERROR
MAX_RECORDS = 200
POLL_MS = 20


class TolerantBroker(KafkaBroker):
    """FastStream's broker with consumers that step over what cannot be read."""

    report: Report
    backlog: Backlog

    async def start(self) -> None:
        """Connect, which makes the library's own consumer factory; put ours in its place; start."""
        await self.connect()
        config = self.config.broker_config
        settings = cast("partial[AIOKafkaConsumer]", config.builder).keywords
        config.builder = partial(
            TolerantConsumer, report=self.report, backlog=self.backlog, **settings
        )
        await super().start()

    @property
    def consuming(self) -> bool:
        """Whether every subscriber goes on by itself."""
        return all(subscriber.running for subscriber in self.subscribers)

    async def answers(self) -> bool:
        """Whether Kafka answers the consumer now; may hang, and raise, where it does not."""
        return all([await consumer.answers() for consumer in self._consumers()])

    async def look(self) -> None:
        """Have the backlog reckoned anew; Kafka that does not answer leaves it as it was."""
        for consumer in self._consumers():
            try:
                await consumer.look()
            except Exception as error:
                log.warning("the backlog cannot be seen", error=redacted(error))

    def _consumers(self) -> list[TolerantConsumer]:
        subscribers = cast("list[LogicSubscriber[Any]]", list(self.subscribers))
        return [s.consumer for s in subscribers if isinstance(s.consumer, TolerantConsumer)]


def build_broker(platform: Platform, dispatcher: Dispatcher) -> TolerantBroker:
    """A FastStream broker with the one subscriber that this service has."""
    broker = TolerantBroker(
        platform.kafka_bootstrap,
        client_id=dispatcher.consumer,
        logger=None,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=2.0,
    )
    broker.report = dispatcher.unreadable
    broker.backlog = dispatcher.backlog
    if not dispatcher.handlers:
        return broker

    async def parse(
        records: tuple[KafkaRecord, ...],
        original: Callable[[tuple[KafkaRecord, ...]], Awaitable[KafkaMessage]],
    ) -> KafkaMessage:
        # The library decodes headers before any handler: a null or non-UTF-8 one would lose the
        # record silently. It gets none; the dispatcher reads them from the raw records.
        message = await original(tuple(replace(r, headers=()) for r in records))
        message.raw_message = records
        return message

    async def decode(message: KafkaMessage) -> Any:
        return message.raw_message

    @broker.subscriber(
        *dispatcher.topics,
        group_id=dispatcher.consumer,
        batch=True,
        max_records=MAX_RECORDS,
        batch_timeout_ms=POLL_MS,
        auto_offset_reset="earliest",
        ack_policy=ACK_POLICY,
        parser=parse,
        decoder=decode,
        fetch_max_wait_ms=platform.kafka_fetch_max_wait_ms,
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        session_timeout_ms=platform.kafka_session_timeout_ms,
        heartbeat_interval_ms=platform.kafka_session_timeout_ms // 6,
        no_reply=True,
    )
    async def handle(records: list[Any]) -> None:
        await dispatcher.handle_batch(records)

    return broker
