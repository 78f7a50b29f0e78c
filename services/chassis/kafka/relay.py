"""The relay: moves what is unpublished from the outbox to Kafka.

Under leases per key bucket, in order per key, at least once. It picks by *unpublished*, never by
"newer than the last". A record that Kafka refuses stops its own key, loudly, and no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern

from services.chassis.database.client import Document, Mongo, blocking
from services.chassis.database.transaction import in_transaction
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import repeat
from services.chassis.kafka.leases import Leases
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.steps import tell_published
from services.chassis.work.outbox import (
    UNPUBLISHED,
    Outbox,
    Publisher,
    Record,
    RefusedRecordError,
)

log = structlog.get_logger(__name__)

_RECORD = ("key", "bucket", "topic", "type", "value", "headers")
_JOURNEY = ("recorded_at", "correlationid", "traceparent")  # the last two: not of older records
_NEEDED = dict.fromkeys((*_RECORD, *_JOURNEY), 1)
_BATCHES_A_STEP = 4
_MARK_SECONDS = 3.0


class _LeaseLostError(Exception):
    """Somebody else holds the bucket now; the running transaction is to be given up."""


class Relay:
    """Moves unpublished events to Kafka until it is cancelled. Any number may run."""

    def __init__(
        self,
        mongo: Mongo,
        outbox: Outbox,
        publisher: Publisher,
        metrics: Metrics,
        *,
        batch: int = 500,
        poll: float = 0.5,
        lease_ttl: float = 10.0,
        retry_stuck: float = 15.0,
        pause: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """Take `pause` to stop at named steps in a test; it is None in production."""
        self._mongo = mongo
        self._outbox = outbox
        self._publisher = publisher
        self._metrics = metrics
        self._batch = batch
        self._poll = poll
        self._pause = pause
        self.leases = Leases(mongo, ttl=lease_ttl)
        # What is published must never be rolled back by a fail-over.
        self._committed = outbox.collection.with_options(read_concern=ReadConcern("majority"))
        self.stuck: set[str] = set()
        self._stuck_since = 0.0
        self._retry_stuck = retry_stuck
        self._cursor = ""

    async def run(self) -> None:
        """Publish as events commit; poll as the truth; back off while Kafka or MongoDB is away."""

        async def step() -> float:
            self._outbox.bell.clear()
            if not await self.step():
                await self._wait()
            return 0

        def failed(error: Exception, delay: float) -> None:
            log.warning("relay step failed", error=redacted(error), retry_in=delay)

        try:
            await repeat(step, failed, first=0.2, longest=5.0)
        finally:
            with contextlib.suppress(Exception):  # MongoDB is away: they run out by themselves
                async with asyncio.timeout(1):
                    await self.leases.release()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._outbox.bell.wait()
        except TimeoutError:
            if self.stuck and time.monotonic() - self._stuck_since > self._retry_stuck:
                self.stuck.clear()  # look at stopped keys again now and then

    async def step(self) -> bool:
        """Pick, then publish and mark batch by batch. True when there is more to do at once.

        Raises:
            AccidentError: Kafka did not confirm; nothing was lost, the outcome is unknown.
        """
        tokens = await self.leases.renew(datetime.now(UTC))
        if not tokens:
            return False
        most = self._batch * _BATCHES_A_STEP
        picked = await self._pick(tokens, most)
        full = len(picked) == most
        self._cursor = picked[-1]["key"] if full else ""
        if not picked:
            return False
        await self._at("picked")
        return await self._move(picked, tokens) or full

    async def _pick(self, tokens: dict[int, int], most: int) -> list[Document]:
        keys: dict[str, Any] = {"$gte": self._cursor}
        if self.stuck:
            keys["$nin"] = list(self.stuck)
        found = self._committed.find(
            {"published": False, "bucket": {"$in": list(tokens)}, "key": keys}, _NEEDED
        ).sort(UNPUBLISHED)
        return await found.hint(UNPUBLISHED).to_list(most)

    async def _move(self, picked: list[Document], tokens: dict[int, int]) -> bool:
        """Publish batch by batch; one is marked while Kafka takes the next. True if any was."""
        marking: asyncio.Task[None] | None = None
        try:
            for first in range(0, len(picked), self._batch):
                batch = picked[first : first + self._batch]
                published, failure = await self._publish(batch, tokens)
                await self._at("published")
                if marking is not None:
                    await marking
                marking = asyncio.create_task(self._mark(published, tokens)) if published else None
                if failure is not None:
                    raise failure
        except BaseException as error:
            if marking is not None:
                await _over(marking, None if isinstance(error, Exception) else _MARK_SECONDS)
            raise
        if marking is not None:
            await marking
        return marking is not None

    async def _publish(
        self, batch: list[Document], tokens: dict[int, int]
    ) -> tuple[list[Document], Exception | None]:
        """What Kafka confirmed, and why it did not confirm the rest, if there is to be a retry."""
        ours = [
            d
            for d in batch
            # paused past a lease: whoever holds it now does the rest
            if self.leases.alive(d["bucket"], tokens[d["bucket"]]) and d["key"] not in self.stuck
        ]
        if not ours:
            return [], None
        began = time.time_ns()
        answers = await self._publisher.publish([_record(d) for d in ours])
        published: list[Document] = []
        failure: Exception | None = None
        for document, error in zip(ours, answers, strict=True):
            if error is None:
                published.append(document)
            elif isinstance(error, RefusedRecordError):
                self._stop_key(document, error)
            else:
                failure = error
                self._metrics.publish_failures.inc()
        tell_published(published, began)
        return published, failure

    def _stop_key(self, document: Document, error: Exception) -> None:
        if document["key"] in self.stuck:
            return
        self.stuck.add(document["key"])
        self._stuck_since = time.monotonic()
        self._metrics.outbox_stuck.set(len(self.stuck))
        log.error(
            "outbox key stopped: Kafka refuses its event",
            event_id=document["_id"],
            type=document["type"],
            correlation_id=document.get("correlationid"),
            error=redacted(error),
        )

    async def _mark(self, published: list[Document], tokens: dict[int, int]) -> None:
        used = {d["bucket"]: tokens[d["bucket"]] for d in published}

        now = datetime.now(UTC)

        def step(session: ClientSession) -> None:
            blocking(self._outbox.collection).update_many(
                {"_id": {"$in": [d["_id"] for d in published]}},
                {"$set": {"published": True, "published_at": now}},
                session=session,
            )
            # Last: a relay killed inside this transaction locks what it wrote until the server
            # gives the transaction up, and without the leases nobody else could go on.
            if not self.leases.confirm(session, used):
                raise _LeaseLostError

        try:
            await in_transaction(self._mongo, step)
        except _LeaseLostError:
            self.leases.held.clear()
            log.warning("relay lost a lease; the new holder publishes again", events=len(published))
            return
        for kind, count in Counter(d["type"] for d in published).items():
            self._metrics.events_published.labels(kind).inc(count)

    async def _at(self, step: str) -> None:
        if self._pause is not None:
            await self._pause(step)


async def _over(marking: asyncio.Task[None], within: float | None) -> None:
    """Let it come to its end while an error is on its way, in whose place its own must not come."""
    await asyncio.wait([marking], timeout=within)
    marking.cancel()
    if marking.done() and not marking.cancelled() and (error := marking.exception()) is not None:
        log.warning(
            "published events were not marked; they are published again", error=redacted(error)
        )


def _record(document: Document) -> Record:
    return Record(
        topic=document["topic"],
        key=document["key"].encode(),
        value=bytes(document["value"]),
        headers=tuple((k, bytes(v)) for k, v in document["headers"]),
    )
