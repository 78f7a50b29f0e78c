"""The unit of work: one request, message or timer is one transaction.

State, outgoing events, timers, the claimed cause and the stored answer commit together or not at
all. Opened in a use case, nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from pymongo.errors import DuplicateKeyError

from contracts.envelope import Data, Event, new_event
from services.chassis.database.client import Mongo, Session
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import AlreadyHandledError, RefusalError
from services.chassis.telemetry.journey import current, random_hex
from services.chassis.telemetry.steps import tell_recorded
from services.chassis.telemetry.tracing import Kind, span
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers

T = TypeVar("T")


class Cause(Protocol):
    """What a transaction handles: an event or a due timer, claimed inside it."""

    async def claim(self, session: Session) -> None:
        """Claim it in the running transaction, or raise that it was handled already."""
        ...


@dataclass
class Transaction:
    """What a use case works with inside: the session, and what is to commit with the state."""

    session: Session
    _source: str
    _timers: Timers
    events: list[Event[Any]] = field(default_factory=list)
    timers_set: set[str] = field(default_factory=set)

    def emit(self, aggregate_id: str, seq: int, data: Data) -> Event[Any]:
        """Record a fact about an aggregate; `seq` is the aggregate's version that it made."""
        journey = current()
        event = new_event(
            data,
            event_id=random_hex(16),  # unique, no secret
            source=self._source,
            aggregate_id=aggregate_id,
            seq=seq,
            now=datetime.now(UTC),
            correlation_id=journey.correlation_id,
            causation_id=journey.causation_id,
            traceparent=journey.traceparent,
        )
        self.events.append(event)
        return event

    async def set_timer(
        self,
        kind: str,
        key: str,
        due_at: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Set (or move) the durable timer `kind:key`; due now means: as soon as this commits."""
        await self._timers.set(self.session, kind, key, due_at, payload)
        self.timers_set.add(kind)

    async def cancel_timer(self, kind: str, key: str) -> None:
        """Drop the timer if it is there."""
        await self._timers.cancel(self.session, kind, key)


class Transactions:
    """Opens transactions for the use cases of one service."""

    def __init__(self, service: str, mongo: Mongo, outbox: Outbox, timers: Timers) -> None:
        """Keep the parts."""
        self.service = service
        self.mongo = mongo
        self.outbox = outbox
        self.timers = timers
        self._database = {
            "db.system.name": "mongodb",
            "db.namespace": mongo.db.name,
            "db.operation.name": "transaction",
        }

    async def run(
        self,
        work: Callable[[Transaction], Awaitable[T]],
        *,
        cause: Cause | None = None,
        once: Once | None = None,
    ) -> T:
        """Run `work` in one transaction, with everything it records.

        `work` may run again after a conflict: nothing but MongoDB inside it.

        Raises:
            AlreadyHandledError: `cause` was handled before.
            ReplayedAnswer: `once` was answered before.
            StaleVersionError: another writer took this version of an aggregate.
        """
        last: list[Transaction] = []

        async def body(session: Session) -> T:
            tx = Transaction(session, self.service, self.timers)
            last[:] = [tx]
            if cause is not None:
                await _claim(cause, session)
            result = await work(tx)
            if once is not None:
                await once.store(session, self.mongo, result)
            await self.outbox.add(session, tx.events)
            return result

        started = time.perf_counter()
        with span("transaction", Kind.CLIENT, **self._database) as told:
            try:
                result = await self.mongo.transaction(body)
            except (RefusalError, DuplicateKeyError):
                if once is not None:  # a twin, committed meanwhile, may be the reason
                    await once.replay(self.mongo)
                raise
            told.set(events=len(last[0].events), timers=len(last[0].timers_set))
            self._ring(last[0])
            tell_recorded(last[0].events, time.perf_counter() - started)
        return result

    def _ring(self, tx: Transaction) -> None:
        if tx.events:
            self.outbox.bell.set()
        if tx.timers_set:
            self.timers.ring(tx.timers_set)


async def _claim(cause: Cause, session: Session) -> None:
    try:
        await cause.claim(session)
    except DuplicateKeyError as error:
        raise AlreadyHandledError(str(cause)) from error
