"""Records to handlers: order per key, tolerant parsing, classified errors. Knows no FastStream.

A batch is taken, split by key, handled in order per key and side by side across keys, and only then
acknowledged. Unparseable → dead letter; refused → dead letter with the reason; accident → back off
and try again, for ever; bug → three tries, then dead letter; unknown type → ignored and counted.
A record is believed only where its producer writes it: topic, source, key and aggregate have to be
the registry's, else it is a dead letter, too, and counted by itself.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import structlog
from aiokafka import TopicPartition

from contracts.envelope import Data, Event, model_of
from contracts.topics import BY_TYPE, misplaced, topic_of
from services.chassis.database.client import Mongo
from services.chassis.foundation.errors import AccidentError, AlreadyHandledError, RefusalError
from services.chassis.foundation.faults import is_accident, redacted
from services.chassis.foundation.tasks import raise_if_cancelled
from services.chassis.kafka.backlog import Backlog
from services.chassis.kafka.deadletters import DISCARDED, OPEN, REPLAYED, DeadLetters
from services.chassis.kafka.records import (
    KafkaRecord,
    UnparseableError,
    parsed,
    placeholder,
    position_of,
    type_of,
)
from services.chassis.telemetry.journey import travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.steps import handling
from services.chassis.telemetry.tracing import journey_from
from services.chassis.work.inbox import EventCause, Incoming

log = structlog.get_logger(__name__)

Handler: TypeAlias = Callable[[Incoming[Any]], Awaitable[None]]
Handlers: TypeAlias = Mapping[type[Data], Handler]

MAX_POLL_INTERVAL_MS = 300_000
_TRIES_FOR_BUGS = 3


def _reason(error: Exception, *, last_try: bool) -> str | None:
    """Why the record becomes a dead letter; None when it is to be tried again."""
    if isinstance(error, RefusalError):
        return None if error.passing else "refused"
    if is_accident(error) or not last_try:
        return None
    return "bug"


class Dispatcher:
    """Takes records to the handlers of one service and settles every error."""

    def __init__(
        self,
        consumer: str,
        handlers: Handlers,
        mongo: Mongo,
        metrics: Metrics,
        *,
        concurrency: int = 200,
        backoff: float = 0.2,
        longest_backoff: float = 15.0,
    ) -> None:
        self.consumer = consumer
        self.handlers = {data.TYPE: (data, handler) for data, handler in handlers.items()}
        self._models = {data.TYPE: model_of(data) for data in handlers}
        self.letters = DeadLetters(mongo)
        self.backlog = Backlog()
        self.backlog.expose(metrics, self.topics)
        for kind in (*self.handlers, "unknown"):  # a rate does not see the one that begins a series
            metrics.events_handled.labels(kind, "dead-letter")
        for kind in self.handlers:
            metrics.events_misplaced.labels(kind)
        self._mongo = mongo
        self._metrics = metrics
        self._limit = asyncio.Semaphore(concurrency)
        self._backoff = backoff
        self._longest_backoff = longest_backoff

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that the handled types are in, by the registry."""
        return tuple(sorted({topic_of(data).name for data, _ in self.handlers.values()}))

    async def handle_batch(self, records: Sequence[KafkaRecord]) -> None:
        """Handle all records; returns when each has its effect, is ignored or is a dead letter.

        Raises:
            AccidentError: a dependency stayed away for long; the batch is to be delivered again.
        """
        deadline = time.monotonic() + MAX_POLL_INTERVAL_MS / 1000 / 2
        chains: dict[tuple[str, int, bytes | None], list[KafkaRecord]] = {}
        for record in records:
            chains.setdefault((record.topic, record.partition, record.key), []).append(record)
        async with asyncio.TaskGroup() as group:
            for chain in chains.values():
                group.create_task(self._chain(chain, deadline))

    async def _chain(self, chain: Sequence[KafkaRecord], deadline: float) -> None:
        async with self._limit:
            for record in chain:
                await self._until_settled(record, deadline)

    async def _until_settled(self, record: KafkaRecord, deadline: float) -> None:
        delay, bugs = self._backoff, 0
        while (
            error := await self._failure(record, last_try=bugs >= _TRIES_FOR_BUGS - 1)
        ) is not None:
            kind = type_of(record)
            self._count(kind, "backed-off")
            if not is_accident(error) and not isinstance(error, RefusalError):
                bugs += 1
                log.error("event handler failed", type=kind, tries=bugs, exc_info=error)
            if time.monotonic() + delay > deadline:
                message = "a dependency is away for long"
                raise AccidentError(message) from error
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, self._longest_backoff)

    async def _failure(self, record: KafkaRecord, *, last_try: bool) -> Exception | None:
        """Why the record is not settled yet."""
        try:
            await self.settle(record, last_try=last_try)
        except Exception as error:
            raise_if_cancelled()
            return error
        return None

    async def settle(self, record: KafkaRecord, *, last_try: bool, replayed: bool = False) -> str:
        """Handle one record once; returns its outcome (see `Metrics.events_handled`).

        `replayed`: it comes out of the dead letters, not out of its topic now.

        Raises:
            Exception: an accident, or a bug that is to be tried again (not on the last try).
        """
        kind = type_of(record)
        if kind is not None and kind not in self.handlers:
            if kind in BY_TYPE and (home := topic_of(BY_TYPE[kind]).name) != record.topic:
                # it has no effect here, but somebody forges, or a topic is misconfigured
                why = f"{kind} belongs to {home}"
                return await self._misplaced(record, kind, why, whole=False)
            return self._count(kind, "ignored")
        started = time.perf_counter()
        try:
            incoming = self._parse(record, kind, replayed=replayed)
        except UnparseableError as error:
            return await self._dead(record, kind, "unparseable", str(error))
        event = incoming.event
        wrong = misplaced(event, record.topic, record.key)
        if wrong is not None:
            return await self._misplaced(record, event.type, wrong)
        with (
            travelling(journey_from(event.traceparent, event.correlationid, event.id)),
            handling(event, self.consumer, record) as run,
        ):
            run.outcome = await self._handle(incoming, record, last_try=last_try)
        if run.outcome == "handled":
            self._metrics.handling[event.type,].observe(time.perf_counter() - started)
            self._metrics.delays[event.type,].observe(_age(event))
        return run.outcome

    async def _handle(self, incoming: Incoming[Any], record: KafkaRecord, *, last_try: bool) -> str:
        kind = incoming.event.type
        try:
            await self.handlers[kind][1](incoming)
        except AlreadyHandledError:
            return self._count(kind, "duplicate")
        except Exception as error:
            reason = _reason(error, last_try=last_try)
            if reason is None:
                raise
            return await self._dead(record, kind, reason, redacted(error))
        return self._count(kind, "handled")

    def _parse(self, record: KafkaRecord, kind: str | None, *, replayed: bool) -> Incoming[Any]:
        event = parsed(record, kind, self._models)
        cause = EventCause(
            self._mongo,
            self.consumer,
            event.source,
            event.id,
            event.type,
            event.aggregateid,
            position_of(event, record, replayed=replayed),
        )
        return Incoming(event=event, cause=cause, data=event.data)

    async def _misplaced(
        self, record: KafkaRecord, kind: str, why: str, *, whole: bool = True
    ) -> str:
        self._metrics.events_misplaced.labels(kind).inc()
        return await self._dead(record, kind, "misplaced", why, whole=whole)

    async def _dead(
        self,
        record: KafkaRecord,
        kind: str | None,
        reason: str,
        error: str,
        *,
        whole: bool = True,
    ) -> str:
        letter = await self.letters.keep(
            self.consumer, record, reason=reason, error=error, whole=whole
        )
        log.error("dead letter kept", letter=letter, type=kind, reason=reason, error=error[:300])
        return self._count(kind, "dead-letter")

    async def unreadable(self, partition: TopicPartition, offset: int, error: Exception) -> None:
        """Keep the place of a record whose bytes the client library cannot hand out."""
        record = placeholder(partition, offset)
        await self._dead(record, None, "unreadable", type(error).__name__)

    def _count(self, kind: str | None, outcome: str) -> str:
        # anybody can write any type in a header
        label = kind if kind and kind in BY_TYPE else "unknown"
        self._metrics.handled[label, outcome].inc()
        return outcome

    async def replay_one(self) -> bool:
        """Handle one dead letter that somebody asked to replay. True if there was one."""
        asked = await self.letters.next_replay()
        if asked is None:
            return False
        letter_id, record = asked
        outcome = await self.settle(record, last_try=True, replayed=True)
        if outcome != "dead-letter":
            await self.letters.settle(letter_id, DISCARDED if outcome == "ignored" else REPLAYED)
        else:
            await self.letters.settle(letter_id, OPEN)
        return True


def _age(event: Event[Any]) -> float:
    """How long ago its producer says it happened; clocks may differ a little."""
    return max(0.0, (datetime.now(UTC) - event.time).total_seconds())
