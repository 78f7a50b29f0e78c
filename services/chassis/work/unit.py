"""A unit of work on its way to a commit, and why it may have to run again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from services.chassis.database.deadline import Deadline
from services.chassis.database.writes import Write

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


class Unit:
    """One request, event or timer, on its way through one group or several."""

    def __init__(
        self, number: int, most: int, until: float, deadline: Deadline | None = None
    ) -> None:
        """Take how many came before, the size of its largest group, and when it gives up.

        That is a moment of the monotonic clock; `deadline` is the clock of its caller's request.
        """
        self.number = number
        self.most = most
        self.until = until
        self.deadline = deadline
        self.again = False
        """Whether it has run before."""
        self.after: Key | None = None
        """The document that it lost to another unit, and waits for."""
        self.writes: Sequence[Write] = ()

    def go_on(self) -> None:
        """It runs again: the clock that was stopped for its commit does, too."""
        self.again = True
        if self.deadline is not None:
            self.deadline.go_on()
