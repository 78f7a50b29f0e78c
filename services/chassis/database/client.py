"""MongoDB: one client, indexes at start, transactions with snapshot reads and majority writes.

Motor is confined to this module, the outbox, inbox and timers, and to each service's `store`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import IndexModel, ReadPreference
from pymongo.errors import CollectionInvalid, OperationFailure, PyMongoError
from pymongo.monitoring import CommandListener, ConnectionPoolListener
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.chassis.database.deadline import before_commit

T = TypeVar("T")
Document: TypeAlias = Mapping[str, Any]
"""A document as read; what is written is a plain dict."""
Query: TypeAlias = Mapping[str, Any]
"""The filter of a query."""
Session: TypeAlias = AsyncIOMotorClientSession
Collection: TypeAlias = AsyncIOMotorCollection
Database: TypeAlias = AsyncIOMotorDatabase
Indexes: TypeAlias = Mapping[str, Iterable[IndexModel]]

_MAJORITY = WriteConcern("majority", wtimeout=10_000)
_SNAPSHOT = ReadConcern("snapshot")
_NAMESPACE_EXISTS = 48
_FIRST_DELAY, _LONGEST_DELAY = 0.002, 0.1
_LEAVE_SECONDS = 3.0


class Mongo:
    """A database of one service. Dates come back aware, in UTC."""

    def __init__(
        self,
        url: str,
        database: str,
        *,
        max_pool: int = 100,
        listeners: Sequence[ConnectionPoolListener | CommandListener] = (),
    ) -> None:
        self.client: AsyncIOMotorClient = AsyncIOMotorClient(
            url,
            tz_aware=True,
            maxPoolSize=max_pool,
            serverSelectionTimeoutMS=3000,
            connectTimeoutMS=3000,
            socketTimeoutMS=20_000,
            retryWrites=True,
            w="majority",
            event_listeners=list(listeners),
        )
        self.db: Database = self.client[database]
        self._collections: dict[str, Collection] = {}

    def collection(self, name: str) -> Collection:
        """The collection, always the same object: making one costs as much as a small query."""
        if name not in self._collections:
            self._collections[name] = self.db[name]
        return self._collections[name]

    async def ensure(self, indexes: Indexes) -> None:
        """Create collections and indexes (a new collection inside a transaction conflicts)."""
        present = set(await self.db.list_collection_names())
        for name, models in indexes.items():
            if name not in present:
                await self._create(name)
            wanted = list(models)
            if wanted:
                await self.db[name].create_indexes(wanted)

    async def _create(self, name: str) -> None:
        try:
            await self.db.create_collection(name)
        except CollectionInvalid:  # another replica was faster, and the driver saw it,
            return
        except OperationFailure as error:  # … or the server did
            if error.code != _NAMESPACE_EXISTS:
                raise

    async def transaction(
        self, work: Callable[[Session], Awaitable[T]], *, within: float = 10.0
    ) -> T:
        """Run `work` in one transaction and commit.

        `work` may run again after a conflict, so nothing but MongoDB happens inside it. An
        exception leaves it, aborts, and reaches the caller; so does a conflict or an outage that
        lasts longer than `within` seconds (the driver's own loop would spin for two minutes).
        A cancelled caller sees its cancellation, and not whether the commit took place.

        `work` itself is never cancelled: a call to MongoDB goes on in its thread, and one that
        begins after the abort of its transaction would write outside of it. So it goes on to its
        next look here, and is aborted there; the caller waits for that, but not for a dead server.
        """
        caller = _Caller()
        running = asyncio.create_task(self._transaction(work, within, caller))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            caller.left = True
            running.add_done_callback(_seen)
            await asyncio.wait([running], timeout=_LEAVE_SECONDS)
            raise

    async def _transaction(
        self, work: Callable[[Session], Awaitable[T]], within: float, caller: _Caller
    ) -> T:
        deadline = time.monotonic() + within
        delay = _FIRST_DELAY
        # Motor hands `start_session` to a thread, although it neither waits nor does any I/O: that
        # was a fifth of a small transaction's time in this process.
        untyped: Any = self.client  # the stubs do not know what is below Motor's surface
        started = untyped.delegate.start_session()
        async with Session(started, untyped) as session:  # type: ignore[call-arg] # as above
            while True:
                try:
                    async with session.start_transaction(
                        read_concern=_SNAPSHOT,
                        write_concern=_MAJORITY,
                        read_preference=ReadPreference.PRIMARY,
                        max_commit_time_ms=10_000,  # type: ignore[call-arg] # misnamed in the stubs
                    ):
                        result = await work(session)
                        caller.still_there()
                        before_commit()
                        await _commit(session, deadline)
                except PyMongoError as error:
                    caller.still_there()
                    late = time.monotonic() + delay > deadline
                    if late or not error.has_error_label("TransientTransactionError"):
                        raise
                else:
                    return result
                await asyncio.sleep(delay * random.uniform(0.5, 1.0))
                delay = min(delay * 2, _LONGEST_DELAY)

    async def ping(self) -> None:
        """Raise when the server does not answer."""
        await self.client.admin.command("ping")

    def close(self) -> None:
        """Drop the connections."""
        self.client.close()


class _Caller:
    """Who waits for a transaction, or does no longer."""

    left = False

    def still_there(self) -> None:
        """Nothing is begun or committed for one who has left.

        Raises:
            asyncio.CancelledError: they have.
        """
        if self.left:
            raise asyncio.CancelledError


def _seen(running: asyncio.Task[Any]) -> None:
    """What became of it no longer matters to anybody."""
    if not running.cancelled():
        running.exception()


async def _commit(session: Session, deadline: float) -> None:
    """Commit; ask again while it is unknown whether the commit took place."""
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            unknown = error.has_error_label("UnknownTransactionCommitResult")
            if not unknown or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_LONGEST_DELAY)
        else:
            return
