"""MongoDB: one client, indexes at start.

Motor is confined to this room, to the outbox, inbox and timers, and to each service's `store`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.collection import Collection as BlockingCollection
from pymongo.errors import CollectionInvalid, OperationFailure
from pymongo.monitoring import CommandListener, ConnectionPoolListener

T = TypeVar("T")
Document: TypeAlias = Mapping[str, Any]
"""A document as read; what is written is a plain dict."""
Query: TypeAlias = Mapping[str, Any]
"""The filter of a query."""
Client: TypeAlias = AsyncIOMotorClient
Collection: TypeAlias = AsyncIOMotorCollection
Database: TypeAlias = AsyncIOMotorDatabase
Indexes: TypeAlias = Mapping[str, Iterable[IndexModel]]

_NAMESPACE_EXISTS = 48
_THREADS = 32


def blocking(collection: Collection) -> BlockingCollection[Any]:
    """The driver's own collection behind the asynchronous one: for what runs in a thread."""
    untyped: Any = collection  # the stubs think that it is another asynchronous one
    found: BlockingCollection[Any] = untyped.delegate
    return found


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
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=database)

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

    def start_session(self) -> ClientSession:
        """A session of the driver itself: for what takes several steps in a thread."""
        # Motor hands this to a thread, although it neither waits nor does any I/O.
        untyped: Any = self.client  # the stubs do not know what is below Motor's surface
        session: ClientSession = untyped.delegate.start_session()
        return session

    def submit(self, step: Callable[[], T]) -> asyncio.Future[T]:
        """Begin what blocks, in a thread of this database's own."""
        return asyncio.get_running_loop().run_in_executor(self._threads, step)

    async def in_thread(self, step: Callable[[], T]) -> T:
        """What blocks, in a thread of this database's own."""
        return await self.submit(step)

    async def ping(self) -> None:
        """Raise when the server does not answer."""
        await self.client.admin.command("ping")

    def close(self) -> None:
        """Drop the connections."""
        self.client.close()
