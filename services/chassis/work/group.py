"""One group: units of work in one transaction of MongoDB, and how each of them may leave it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

from pymongo.errors import PyMongoError

from services.chassis.database.client import Document
from services.chassis.database.deadline import TookTooLongError
from services.chassis.database.reads import Read
from services.chassis.database.transaction import TRANSIENT, UNKNOWN, DatabaseTransaction
from services.chassis.database.writes import NotWrittenError, Write
from services.chassis.foundation.errors import AccidentError
from services.chassis.work.locks import Locks, Writer
from services.chassis.work.unit import AgainError, Key, Unit, Why

_DAWDLE_SECONDS = 0.25
_Asked: TypeAlias = tuple[Unit, Read, "asyncio.Future[list[Document]]"]


class Group(Writer):
    """Units in one transaction."""

    def __init__(
        self,
        transaction: DatabaseTransaction,
        units: Collection[Unit],
        locks: Locks,
        committed: Callable[[int], None],
        idle: Callable[[], None],
    ) -> None:
        """Take who is in it, the locks of all groups, and whom to tell.

        `committed` hears of how many units were; `idle`, that the group takes nobody's place.
        """
        super().__init__()
        self._transaction = transaction
        self._locks = locks
        self._committed = committed
        self._tell_idle = idle
        self._loop = asyncio.get_running_loop()
        self._inside = set(units)
        self._settled: dict[Unit, asyncio.Future[None]] = {}
        self._reads: list[_Asked] = []
        self._reading = False
        self._news = asyncio.Event()
        self._busy_at = self._loop.time()
        self._error: Exception | None = None
        self.size = len(units)
        self.idle = False
        """Whether its units do something else than to read and write: then it waits for them."""
        self.wanted = {unit.after for unit in units if unit.after is not None}
        """What its units waited for: one of them will have it."""

    @property
    def alone(self) -> bool:
        """Whether it is a single unit, which may write before its end."""
        return self.size == 1

    def ask(self, unit: Unit, read: Read) -> asyncio.Future[list[Document]]:
        """The documents as the group's transaction sees them, when they are read.

        Raises:
            AgainError: the group came to an end without this unit.
        """
        self._check(unit)
        answer: asyncio.Future[list[Document]] = self._loop.create_future()
        self._reads.append((unit, read, answer))
        self._tell()
        return answer

    async def write(self, writes: Sequence[Write]) -> None:
        """Write before the end, so that it can be read.

        Raises:
            Exception: in a store's words or the driver's, why it cannot be written.
        """
        try:
            await self._transaction.write(writes)
        except NotWrittenError as error:
            reason = error.reason()
        else:
            return
        raise reason

    async def settle(self, unit: Unit, keys: Collection[Key]) -> None:
        """Wait for the commit of what the unit writes.

        Raises:
            AgainError: it was not committed and is to run again.
            TookTooLongError: it was told so, and leaves before the commit.
            Exception: why a single unit cannot be committed.
        """
        self._check(unit)
        self._locks.acquire(self, keys)
        outcome: asyncio.Future[None] = self._loop.create_future()
        self._settled[unit] = outcome
        self._inside.discard(unit)
        self._tell()
        await outcome

    def leave(self, unit: Unit) -> None:
        """Go on without this unit, which raised or was cancelled; nothing where it has ended."""
        self._inside.discard(unit)
        self._settled.pop(unit, None)
        for asker, _, answer in self._reads:
            if asker is unit:  # asked by a task of its own
                answer.cancel()
        self._tell()

    def _tell(self) -> None:
        """Something happened."""
        self._busy_at = self._loop.time()
        self._news.set()

    async def run(self) -> None:
        """Serve the units until all are settled or gone, and commit."""
        self._watching = self._loop.call_later(_DAWDLE_SECONDS, self._watch)
        try:
            await self._serve()
            self._watching.cancel()
            await self._commit()
        except Exception as error:
            self._fail(error)
        finally:
            self._watching.cancel()
            await self._transaction.end()

    async def _serve(self) -> None:
        while self._inside:
            await self._news.wait()
            self._news.clear()
            asked = [ask for ask in self._reads if ask[0] in self._inside]
            self._reads = []
            if asked:
                await self._answer(asked)
                await asyncio.sleep(0)  # their next reads are made together, too

    async def _answer(self, asked: Sequence[_Asked]) -> None:
        self._reading = True
        try:
            found = await self._transaction.read([read for _, read, _ in asked])
        except Exception:
            self._reads += asked  # they wait for the reason, too
            raise
        finally:
            self._reading = False
            self._busy_at = self._loop.time()
        for (_, _, answer), documents in zip(asked, found, strict=True):
            if not answer.done():
                answer.set_result(documents)

    def _watch(self) -> None:
        """Who has settled does not wait for long for one that does something else."""
        quiet = self._loop.time() - self._busy_at >= _DAWDLE_SECONDS
        if quiet and not self._reading and not self._reads:
            if self._settled:
                self._inside.clear()
                self._tell()
                return
            if not self.idle:
                self.idle = True
                self._tell_idle()
        self._watching = self._loop.call_later(_DAWDLE_SECONDS, self._watch)

    async def _commit(self) -> None:
        for unit in tuple(self._settled):
            if unit.deadline is not None and not unit.deadline.stop_for_commit():
                _end(self._settled.pop(unit), TookTooLongError())
        units = tuple(self._settled)
        if not units:
            return
        writes = [write for unit in units for write in unit.writes]
        await self._transaction.commit(writes, until=max(unit.until for unit in units))
        self._committed(len(units))
        for unit in units:
            if unit.deadline is not None:
                unit.deadline.stop()
        for outcome in self._settled.values():
            _end(outcome, None)

    def _fail(self, error: Exception) -> None:
        """Tell every unit why, or to come again."""
        self._error = error
        waiting: list[tuple[Unit, asyncio.Future[Any]]] = list(self._settled.items())
        waiting += [(unit, answer) for unit, _, answer in self._reads if unit in self._inside]
        for unit, future in waiting:
            _end(future, self._reason(unit, error))

    def _reason(self, unit: Unit, error: Exception) -> Exception:
        """Why this unit's try is over: an exception of its own, for each is raised in a task."""
        if isinstance(error, NotWrittenError):
            if self.alone:
                return error.reason()
            if any(write is error.write for write in unit.writes):
                return AgainError(Why.ALONE, 1)
            return AgainError(Why.NEIGHBOUR, self.size // 2)
        if self.alone:
            return error
        return self._divided(error)

    def _divided(self, error: Exception) -> Exception:
        """What the driver's error means to a unit that was not alone."""
        labelled = error.has_error_label if isinstance(error, PyMongoError) else lambda _: False
        if labelled(UNKNOWN):
            accident = AccidentError("it is not known whether it was committed")
            accident.__cause__ = error
            return accident
        if labelled(TRANSIENT):
            return AgainError(Why.CONFLICT, self.size // 2)
        return AgainError(Why.NEIGHBOUR, 1)

    def _check(self, unit: Unit) -> None:
        if self._error is not None:
            raise self._reason(unit, self._error)
        if unit not in self._inside:
            raise AgainError(Why.ALONE, 1)


def _end(future: asyncio.Future[Any], error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
