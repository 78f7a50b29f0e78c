"""One group: units of work in one transaction of MongoDB, and how each of them may leave it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from pymongo.errors import PyMongoError

from services.chassis.database.client import Document
from services.chassis.database.deadline import Deadline, TookTooLongError
from services.chassis.database.reads import Read
from services.chassis.database.steps import Steps
from services.chassis.database.writes import NotWrittenError, Write

Key: TypeAlias = tuple[str, Any]
"""A collection and the `_id` of a document in it."""
TRANSIENT = "TransientTransactionError"
_UNKNOWN = "UnknownTransactionCommitResult"
_DAWDLE_SECONDS = 0.25


class Why(StrEnum):
    """Why a unit runs again."""

    OVERLAP = "overlap"
    """Another unit of this process writes the same document."""
    CONFLICT = "conflict"
    """The database refused a group for another writer's sake."""
    NEIGHBOUR = "neighbour"
    """The group failed for another reason, or another unit's."""
    ALONE = "alone"
    """It needs a transaction of its own, or was too slow for its group."""


class AgainError(Exception):
    """This try is over and has left nothing; the unit runs again, in no group larger than `most`.

    `after` is the document that another unit is writing.
    """

    def __init__(self, why: Why, most: int | None = None, after: Key | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.most = most
        self.after = after


class Waiting:
    """A unit of work on its way through one group or several."""

    def __init__(self, most: int, until: float) -> None:
        """Take the size of the largest group, and the moment of the monotonic clock to give up."""
        self.most = most
        self.until = until
        self.after: Key | None = None
        self.deadline: Deadline | None = None
        self.writes: Sequence[Write] = ()
        self.place: asyncio.Future[Group] | None = None


class Claims:
    """Which documents are being written by which group."""

    def __init__(self) -> None:
        self._held: dict[Key, Group] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def claim(self, group: Group, keys: Collection[Key]) -> None:
        """Write these documents in this group, and nobody else until its end.

        Raises:
            AgainError: somebody else is writing one, or has since the group began.
        """
        for key in keys:
            if key in self._held:
                raise AgainError(Why.OVERLAP, after=key)
            if key in group.overtaken:
                raise AgainError(Why.OVERLAP)
        for key in keys:
            self._held[key] = group
        group.keys.update(keys)

    def release(self, group: Group, running: Iterable[Group]) -> None:
        """The group has ended; those that run meanwhile may not have seen what it wrote."""
        for key in group.keys:
            del self._held[key]
        for other in running:
            other.overtaken |= group.keys


_Asked: TypeAlias = tuple[Waiting, Read, "asyncio.Future[list[Document]]"]


class Group:
    """Units in one transaction."""

    def __init__(
        self,
        steps: Steps,
        units: Collection[Waiting],
        claims: Claims,
        committed: Callable[[int], None],
    ) -> None:
        """Take who is in it, the documents that all groups write, and who counts a commit."""
        self._steps = steps
        self._claims = claims
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._inside = set(units)
        self._settled: dict[Waiting, asyncio.Future[None]] = {}
        self._reads: list[_Asked] = []
        self._reading = False
        self._news = asyncio.Event()
        self._over = False
        self._error: Exception | None = None
        self.size = len(units)
        self.keys: set[Key] = set()
        self.overtaken: set[Key] = set()
        """What other groups wrote since this one began: its snapshot may not have it."""

    @property
    def alone(self) -> bool:
        """Whether it is a single unit, which may write before its end."""
        return self.size == 1

    def ask(self, unit: Waiting, read: Read) -> asyncio.Future[list[Document]]:
        """The documents as the group's transaction sees them, when they are read.

        Raises:
            AgainError: the group came to an end without this unit.
        """
        self._check(unit)
        answer: asyncio.Future[list[Document]] = self._loop.create_future()
        self._reads.append((unit, read, answer))
        self._news.set()
        return answer

    async def write(self, writes: Sequence[Write]) -> None:
        """Write before the end, so that it can be read.

        Raises:
            Exception: in a store's words or the driver's, why it cannot be written.
        """
        try:
            await self._steps.write(writes)
        except NotWrittenError as error:
            raise error.named from error

    async def settle(self, unit: Waiting, keys: Collection[Key]) -> None:
        """Wait for the commit of what the unit writes.

        Raises:
            AgainError: it was not committed and is to run again.
            TookTooLongError: it was told so, and leaves before the commit.
            Exception: why a single unit cannot be committed.
        """
        self._check(unit)
        self._claims.claim(self, keys)
        outcome: asyncio.Future[None] = self._loop.create_future()
        if not self._settled and len(self._inside) > 1:
            self._loop.call_later(_DAWDLE_SECONDS, self._expel)
        self._settled[unit] = outcome
        self._inside.discard(unit)
        self._news.set()
        await outcome

    def leave(self, unit: Waiting) -> None:
        """Go on without this unit, which raised or was cancelled; nothing where it has ended."""
        self._inside.discard(unit)
        self._settled.pop(unit, None)
        self._news.set()

    async def run(self) -> None:
        """Serve the units until all are settled or gone, and commit."""
        try:
            await self._serve()
            self._over = True
            await self._commit()
        except Exception as error:
            self._fail(error)
        finally:
            self._over = True
            await self._steps.end()

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
            found = await self._steps.read([read for _, read, _ in asked])
        except Exception:
            self._reads += asked  # they wait for the reason, too
            raise
        finally:
            self._reading = False
        for (_, _, answer), documents in zip(asked, found, strict=True):
            if not answer.done():
                answer.set_result(documents)

    def _expel(self) -> None:
        """Who has settled does not wait for long for one that does something else."""
        if self._over:
            return
        if self._reading or self._reads:
            self._loop.call_later(_DAWDLE_SECONDS, self._expel)
            return
        self._inside.clear()
        self._news.set()

    async def _commit(self) -> None:
        for unit in tuple(self._settled):
            if unit.deadline is not None and not unit.deadline.stop_for_commit():
                _end(self._settled.pop(unit), TookTooLongError())
        units = tuple(self._settled)
        if not units:
            return
        writes = [write for unit in units for write in unit.writes]
        await self._steps.commit(writes, until=max(unit.until for unit in units))
        self._committed(len(units))
        for outcome in self._settled.values():
            _end(outcome, None)

    def _fail(self, error: Exception) -> None:
        """Tell every unit why, or to come again."""
        self._error = error
        waiting: list[tuple[Waiting, asyncio.Future[Any]]] = list(self._settled.items())
        waiting += [(unit, answer) for unit, _, answer in self._reads if unit in self._inside]
        for unit, future in waiting:
            _end(future, self._reason(unit, error))

    def _reason(self, unit: Waiting, error: Exception) -> Exception:
        if self.alone:
            if isinstance(error, NotWrittenError):
                error.named.__cause__ = error.__cause__
                return error.named
            return error
        if isinstance(error, NotWrittenError):
            return AgainError(Why.NEIGHBOUR, 1 if error.write in unit.writes else None)
        if isinstance(error, PyMongoError):
            if error.has_error_label(_UNKNOWN):
                return error
            if error.has_error_label(TRANSIENT):
                return AgainError(Why.CONFLICT, self.size // 2)
        return AgainError(Why.NEIGHBOUR, 1)

    def _check(self, unit: Waiting) -> None:
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
