"""The unit of work: one request, message or timer is one transaction.

State, outgoing events, timers, the claimed cause and the stored answer commit together or not at
all. Opened in a use case, nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from pymongo.errors import BulkWriteError, DuplicateKeyError

from contracts.envelope import Data, Event, new_event
from services.chassis.database.client import Collection, Document, Mongo, Query, Session
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import AlreadyHandledError, DuplicateError, RefusalError
from services.chassis.telemetry.journey import current, random_hex
from services.chassis.telemetry.steps import tell_recorded
from services.chassis.telemetry.tracing import Kind, span
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers

T = TypeVar("T")
_DUPLICATE_KEY = 11000


class Cause(Protocol):
    """What a transaction handles: an event or a due timer, claimed inside it."""

    async def claim(self, session: Session) -> None:
        """Claim it in the running transaction, or raise that it was handled already."""
        ...


@dataclass(frozen=True)
class Fact:
    """A fact with the id that its event will have: for an aggregate that keeps what it asked."""

    event_id: str
    data: Data


def new_event_id() -> str:
    """The id of an event that is made now: unique, and no secret."""
    return random_hex(16)


@dataclass
class Transaction:
    """What a use case works with inside: the session, and what is to commit with the state.

    Reads and writes go through it, and nothing may depend on when a write happens: units that run
    at the same moment share their round trips. Read first, then write: what reads a collection
    that it wrote to, other than by the id of a whole document, costs a round trip of its own.
    """

    session: Session
    _source: str
    _timers: Timers
    events: list[Event[Any]] = field(default_factory=list)
    timers_set: set[str] = field(default_factory=set)

    def emit(self, aggregate_id: str, seq: int, data: Data | Fact) -> Event[Any]:
        """Record a fact about an aggregate; `seq` is the aggregate's version that it made."""
        journey = current()
        fact = data if isinstance(data, Fact) else Fact(new_event_id(), data)
        event = new_event(
            fact.data,
            event_id=fact.event_id,
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

    async def find_one(
        self, collection: Collection, query: Query, sort: Sequence[tuple[str, int]] | None = None
    ) -> Document | None:
        """The first document that fits, as this transaction sees it: with its own writes."""
        found: Document | None = await collection.find_one(query, sort=sort, session=self.session)
        return found

    async def find(
        self,
        collection: Collection,
        query: Query,
        sort: Sequence[tuple[str, int]] | None = None,
        limit: int = 0,
    ) -> list[Document]:
        """The documents that fit, as this transaction sees them."""
        cursor = collection.find(query, sort=sort, limit=limit, session=self.session)
        found: list[Document] = await cursor.to_list(None)
        return found

    async def count(self, collection: Collection, query: Query) -> int:
        """How many documents fit, as this transaction sees them."""
        return int(await collection.count_documents(query, session=self.session))

    async def insert(
        self,
        collection: Collection,
        documents: Sequence[Document],
        *,
        duplicate: Callable[[str], Exception],
    ) -> None:
        """Write new documents.

        Raises:
            What `duplicate` makes of a unique index's first field, now or at the end of the unit.
        """
        with _named(duplicate):
            if len(documents) == 1:  # cheaper than a bulk of one
                await collection.insert_one(documents[0], session=self.session)
            elif documents:
                await collection.insert_many(documents, session=self.session)

    async def replace(
        self,
        collection: Collection,
        query: Query,
        document: Document,
        *,
        missed: Callable[[], Exception] | None = None,
        duplicate: Callable[[str], Exception],
    ) -> None:
        """Write a document in place of the one that fits; as a new one where none is missed.

        Raises:
            What `missed` makes where none fits, what `duplicate` makes of a unique index's first
            field: now or at the end of the unit.
        """
        with _named(duplicate):
            done = await collection.replace_one(
                query, document, upsert=missed is None, session=self.session
            )
        if missed is not None and done.matched_count == 0:
            raise missed()

    async def update(
        self,
        collection: Collection,
        id_: str,
        change: Mapping[str, Any],
        *,
        upsert: bool = False,
    ) -> None:
        """Change the document of this id by operators; nothing where there is none, or a new one.

        Whoever else writes the document before this transaction ends conflicts, and runs again.
        """
        await collection.update_one({"_id": id_}, change, upsert=upsert, session=self.session)

    async def delete(self, collection: Collection, id_: str) -> None:
        """Remove the document of this id, if it is there."""
        await collection.delete_one({"_id": id_}, session=self.session)


@contextmanager
def _named(duplicate: Callable[[str], Exception]) -> Iterator[None]:
    """Let what has a name of the store's leave the transaction instead of the driver's error."""
    try:
        yield
    except DuplicateKeyError as error:
        raise duplicate(_field(error.details)) from error
    except BulkWriteError as error:
        wrong = (error.details or {}).get("writeErrors", [{}])[0]
        if wrong.get("code") != _DUPLICATE_KEY:
            raise
        raise duplicate(_field(wrong)) from error


def _field(details: Mapping[str, Any] | None) -> str:
    return str(next(iter((details or {}).get("keyPattern", {"_id": 1}))))


class Transactions:
    """Opens transactions for the use cases of one service."""

    def __init__(self, service: str, mongo: Mongo, outbox: Outbox, timers: Timers) -> None:
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
            except (RefusalError, DuplicateError, DuplicateKeyError):
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
