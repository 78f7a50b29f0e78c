"""One transaction of MongoDB, made in steps, each of them in a thread and none at the same time.

The driver's asynchronous face takes a thread for every single command; here one step is many.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pymongo import ReadPreference
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.chassis.database.client import Document, Mongo
from services.chassis.database.reads import Read, read_all
from services.chassis.database.writes import Write, write_all

T = TypeVar("T")
_MAJORITY = WriteConcern("majority", wtimeout=10_000)
_SNAPSHOT = ReadConcern("snapshot")
TRANSIENT = "TransientTransactionError"
"""The driver's label of what nothing is left of: the transaction may be made again."""
UNKNOWN = "UnknownTransactionCommitResult"
"""The driver's label of a commit of which nobody knows whether it was made."""
FIRST_DELAY, LONGEST_DELAY = 0.002, 0.1
"""Seconds between two tries of a transaction that met a conflict."""


class DatabaseTransaction:
    """Snapshot reads and majority writes. Begun by its first step."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._session: ClientSession | None = None
        self._running: asyncio.Future[Any] | None = None

    async def read(self, reads: Sequence[Read]) -> list[list[Document]]:
        """The answers, in the order of the questions."""
        return await self._in_thread(lambda session: read_all(reads, session))

    async def write(self, writes: Sequence[Write]) -> None:
        """Write without committing.

        Raises:
            NotWrittenError: see there; the transaction is over.
        """
        await self._in_thread(lambda session: write_all(writes, session))

    async def commit(self, writes: Sequence[Write], *, until: float) -> None:
        """Write, and commit; where the outcome is unknown, ask again until then (monotonic clock).

        Raises:
            NotWrittenError: see there; nothing was committed.
            PyMongoError: nothing was, or with the label of an unknown result: it is not known.
        """
        await self.make(lambda session: write_all(writes, session), until=until)

    async def make(self, step: Callable[[ClientSession], None], *, until: float) -> None:
        """One step of any kind, and the commit; as `commit`."""

        def last(session: ClientSession) -> None:
            step(session)
            _commit(session, until)

        await self._in_thread(last)

    async def end(self) -> None:
        """Give up what is not committed; where a cancelled caller left a step, after that."""
        session, self._session = self._session, None
        if session is None:
            return
        if self._running is not None and not self._running.done():
            self._running.add_done_callback(lambda _: self._mongo.submit(session.end_session))
        elif session.in_transaction:
            await self._mongo.in_thread(session.end_session)
        else:
            session.end_session()

    async def _in_thread(self, step: Callable[[ClientSession], T]) -> T:
        while self._running is not None and not self._running.done():
            await asyncio.wait([self._running])  # a session is for one thread at a time
        if self._session is None:
            self._session = self._mongo.start_session()
            self._session.start_transaction(
                read_concern=_SNAPSHOT,
                write_concern=_MAJORITY,
                read_preference=ReadPreference.PRIMARY,
                max_commit_time_ms=10_000,
            )
        session = self._session
        # A thread outlives its cancelled caller. What it does is done to its end, and only then may
        # the session be touched again: a write after an abort would be outside of the transaction.
        running = self._mongo.submit(lambda: step(session))
        self._running = running
        return await asyncio.shield(running)


async def in_transaction(
    mongo: Mongo, step: Callable[[ClientSession], None], *, within: float = 10.0
) -> None:
    """Make one step in a transaction of its own; after a conflict again, for so many seconds.

    The step blocks in a thread and does nothing but MongoDB. An exception that leaves it, aborts,
    and reaches the caller. A cancelled caller does not learn whether it was committed.
    """
    until = time.monotonic() + within
    delay = FIRST_DELAY
    while True:
        transaction = DatabaseTransaction(mongo)
        try:
            await transaction.make(step, until=until)
        except PyMongoError as error:
            late = time.monotonic() + delay > until
            if late or not error.has_error_label(TRANSIENT):
                raise
        else:
            return
        finally:
            await transaction.end()
        await asyncio.sleep(delay * random.uniform(0.5, 1.0))
        delay = min(delay * 2, LONGEST_DELAY)


def _commit(session: ClientSession, until: float) -> None:
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as error:
            unknown = error.has_error_label(UNKNOWN)
            if not unknown or time.monotonic() > until:
                raise
            time.sleep(LONGEST_DELAY)
        else:
            return
