"""Units of work on their way to a commit, and the documents that they are writing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from services.chassis.database.deadline import Deadline, TookTooLongError
from services.chassis.database.writes import Write
from services.chassis.foundation.errors import AccidentError

if TYPE_CHECKING:
    from services.chassis.work.group import Group

Key: TypeAlias = tuple[str, Any]
"""A collection and the `_id` of a document in it."""


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

    def __init__(self, number: int, most: int, until: float) -> None:
        """Take how many came before, the size of its largest group, and when it gives up.

        That is a moment of the monotonic clock.
        """
        self.number = number
        self.most = most
        self.until = until
        self.again = False
        """Whether it has run before."""
        self.after: Key | None = None
        self.deadline: Deadline | None = None
        self.writes: Sequence[Write] = ()
        self.place: asyncio.Future[Group] | None = None

    def give_up(self, now: float) -> bool:
        """Whether it waits for nothing: it is told, if nobody told its caller before."""
        if self.place is None or self.place.done():
            return True  # cancelled
        if self.deadline is not None and self.deadline.struck:
            self.place.set_exception(TookTooLongError())
            return True
        if now > self.until:
            self.place.set_exception(AccidentError("it waited too long for its turn"))
            return True
        return False

    def go_on(self) -> None:
        """It runs again: the clock that was stopped for its commit does, too."""
        self.again = True
        if self.deadline is not None:
            self.deadline.go_on()


class Claims:
    """Which documents are being written by which group."""

    def __init__(self) -> None:
        self._held: dict[Key, Group] = {}

    def __contains__(self, key: Key | None) -> bool:
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
