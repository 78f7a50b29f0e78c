"""Durable timers: «at this time, do that» – deadlines, reminders, and intents to act outside.

A timer is written in the transaction that needs it, and removed in the transaction that records its
result: a crash in between runs it again, so every handler is repeatable. A timer due now is the way
to record the intent of an outside effect (S3, SMS, sealing).
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import structlog
from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.chassis.database.client import Document, Mongo, Session
from services.chassis.foundation.errors import AlreadyHandledError, RefusalError
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import repeat, stop_all, tell_failure
from services.chassis.telemetry.journey import Journey, current, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.steps import running
from services.chassis.telemetry.tracing import journey_from, linked_journey

log = structlog.get_logger(__name__)

INDEXES = {
    "timers": [IndexModel([("kind", ASCENDING), ("state", ASCENDING), ("due_at", ASCENDING)])]
}
_LONGEST_DELAY = 300.0
_STOP_SECONDS = 4.0
_SAME_WORK = timedelta(minutes=1)
"""A timer due within this is a part of the work that set it (see `tracing`)."""


@dataclass(frozen=True)
class Due:
    """A timer that is due and leased to us; a transaction that claims it removes it."""

    mongo: Mongo
    kind: str
    key: str
    token: str
    payload: Mapping[str, Any]
    attempts: int

    @property
    def id(self) -> str:
        """The timer's identity: one timer per kind and key."""
        return f"{self.kind}:{self.key}"

    async def claim(self, session: Session) -> None:
        """Remove the timer in the running transaction.

        Raises:
            AlreadyHandledError: the lease went to somebody else, or it was set anew or cancelled.
        """
        gone = await self.mongo.collection("timers").delete_one(
            {"_id": self.id, "token": self.token}, session=session
        )
        if gone.deleted_count == 0:
            raise AlreadyHandledError(self.id)


TimerHandler: TypeAlias = Callable[[Due], Awaitable[None]]


class Timers:
    """Sets and cancels timers inside a transaction, and wakes their loops after it."""

    def __init__(self, mongo: Mongo) -> None:
        """Keep the collection."""
        self.mongo = mongo
        self.collection = mongo.db["timers"]
        self._bells: list[tuple[frozenset[str], asyncio.Event]] = []

    def bell(self, kinds: frozenset[str]) -> asyncio.Event:
        """An event that is set when a timer of one of these kinds may be due."""
        made = asyncio.Event()
        self._bells.append((kinds, made))
        return made

    def ring(self, kinds: AbstractSet[str]) -> None:
        """Wake the loops of these kinds: what they wait for has committed."""
        for heard, bell in self._bells:
            if heard & kinds:
                bell.set()

    async def set(
        self,
        session: Session,
        kind: str,
        key: str,
        due_at: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Set (or move) the timer `kind:key`. The payload is plain BSON data."""
        journey = current()
        await self.collection.replace_one(
            {"_id": f"{kind}:{key}"},
            {
                "kind": kind,
                "key": key,
                "due_at": due_at,
                "state": "waiting",
                "token": secrets.token_hex(8),
                "payload": dict(payload or {}),
                "attempts": 0,
                "correlation_id": journey.correlation_id,
                "traceparent": journey.traceparent,
                "set_by": journey.causation_id,
                "later": due_at - datetime.now(UTC) > _SAME_WORK,
            },
            upsert=True,
            session=session,
        )

    async def cancel(self, session: Session, kind: str, key: str) -> None:
        """Drop the timer if it is there."""
        await self.collection.delete_one({"_id": f"{kind}:{key}"}, session=session)

    async def set_of(self, kind: str) -> int:
        """How many timers of one kind are set, due or not."""
        return await self.collection.count_documents({"kind": kind, "state": "waiting"})

    async def waiting(self, kind: str, now: datetime) -> tuple[int, int, datetime | None]:
        """Of one kind: how many are due, how many failed for good, since when the oldest is due."""
        due = {"kind": kind, "state": "waiting", "due_at": {"$lte": now}}
        oldest = await self.collection.find_one(due, {"due_at": 1}, sort=[("due_at", ASCENDING)])
        return (
            await self.collection.count_documents(due) if oldest else 0,
            await self.collection.count_documents({"kind": kind, "state": "failed"}),
            oldest["due_at"] if oldest else None,
        )


@dataclass
class TimerLoop:
    """Runs due timers, several at a time, under leases; any number of loops may run.

    A refusal is permanent: the timer stays as `failed` for a person to see. An accident backs off
    and is tried for ever. A bug backs off too: a timer is never dropped.
    """

    timers: Timers
    handlers: Mapping[str, TimerHandler]
    metrics: Metrics
    concurrency: int = 16
    poll: float = 0.5
    lease: timedelta = timedelta(seconds=60)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Ask to be woken for its kinds."""
        self._bell = self.timers.bell(frozenset(self.handlers))
        self.metrics.timer_kinds.update(self.handlers)

    async def run(self) -> None:
        """Take and run due timers until cancelled; what is running is cancelled with it."""

        async def step() -> float:
            self._bell.clear()
            if not await self._take_one():
                await self._wait()
            return 0

        def failed(error: Exception, _: float) -> None:
            log.warning("timers cannot be read", error=redacted(error))

        try:
            await repeat(step, failed)
        finally:
            await stop_all(set(self._running), within=_STOP_SECONDS)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _take_one(self) -> bool:
        if len(self._running) >= self.concurrency:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        document = await self.lease_next(datetime.now(UTC))
        if document is None:
            return False
        task = asyncio.create_task(self.handle(document))
        self._running.add(task)
        task.add_done_callback(self._over)
        return True

    def _over(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        tell_failure(task)  # what `handle` does not settle is a bug; its lease brings it again

    async def lease_next(self, now: datetime) -> Document | None:
        """The oldest due timer, leased: its due time moves on, so a crash lets it come again."""
        leased: Document | None = await self.timers.collection.find_one_and_update(
            {"state": "waiting", "due_at": {"$lte": now}, "kind": {"$in": list(self.handlers)}},
            {
                "$set": {"due_at": now + self.lease, "token": secrets.token_hex(8)},
                "$inc": {"attempts": 1},
            },
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return leased

    async def handle(self, document: Document) -> None:
        """Run one leased timer and settle what came of it."""
        due = Due(
            mongo=self.timers.mongo,
            kind=document["kind"],
            key=document["key"],
            token=document["token"],
            payload=document["payload"],
            attempts=document["attempts"],
        )
        with (
            travelling(_journey(document, due)),
            running(due.kind, due.key, due.attempts, document.get("set_by")) as step,
        ):
            step.outcome = await self._run(due)
        self.metrics.timers.labels(due.kind, step.outcome).inc()

    async def _run(self, due: Due) -> str:
        try:
            async with asyncio.timeout(self.lease.total_seconds() * 0.8):
                await self.handlers[due.kind](due)
        except AlreadyHandledError:
            return "already-done"
        except RefusalError as refusal:
            if refusal.passing:
                return await self._again(due, refusal)
            log.error("timer failed for good", timer=due.id, code=refusal.code)  # noqa: TRY400 - a refusal needs no stack
            await self._settle(due, {"state": "failed", "error": refusal.code})
            return "failed"
        except Exception as error:
            return await self._again(due, error)
        return "done"

    async def _again(self, due: Due, error: Exception) -> str:
        """Back off; the timer is never dropped."""
        delay = min(_LONGEST_DELAY, 0.5 * 2 ** min(due.attempts, 16)) * random.uniform(0.5, 1.0)
        log.warning(
            "timer will be tried again",
            timer=due.id,
            attempts=due.attempts,
            retry_in=round(delay, 2),
            exc_info=error if due.attempts % 5 == 3 else None,  # noqa: PLR2004 - one stack trace in five tries
            error=redacted(error),
        )
        again = datetime.now(UTC) + timedelta(seconds=delay)
        await self._settle(due, {"due_at": again, "error": redacted(error)})
        return "backed-off"

    async def _settle(self, due: Due, change: Document) -> None:
        try:
            await self.timers.collection.update_one(
                {"_id": due.id, "token": due.token}, {"$set": change}
            )
        except Exception as error:  # the lease runs out and the timer comes again
            log.warning("timer could not be settled", timer=due.id, error=redacted(error))


def _journey(document: Document, due: Due) -> Journey:
    """The work that set the timer goes on, or, when that was long ago, is followed by new work."""
    correlation_id, traceparent = document["correlation_id"], document.get("traceparent")
    if document.get("later"):
        return linked_journey(correlation_id, due.id, traceparent)
    return journey_from(traceparent, correlation_id, due.id)
