"""Which documents are being written: each of them by one group at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from services.chassis.work.unit import AgainError, Key, Why


class Writer:
    """Who writes documents, and may not have seen what others have written meanwhile."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.overtaken: set[Key] = set()
        """What others wrote since it began: its snapshot may not have it."""


class Locks:
    """The documents that are being written in this process."""

    def __init__(self) -> None:
        self._held: set[Key] = set()

    def __contains__(self, key: Key | None) -> bool:
        return key in self._held

    def acquire(self, writer: Writer, keys: Collection[Key]) -> None:
        """Have all of these documents written by this one, and by nobody else until its end.

        Raises:
            AgainError: somebody else is writing one, or has since this one began.
        """
        for key in keys:
            if key in self._held:
                raise AgainError(Why.OVERLAP, after=key)
            if key in writer.overtaken:
                raise AgainError(Why.OVERLAP)
        self._held.update(keys)
        writer.keys.update(keys)

    def release(self, writer: Writer, running: Iterable[Writer]) -> None:
        """It has ended; those that run meanwhile may not have seen what it wrote."""
        self._held -= writer.keys
        for other in running:
            other.overtaken |= writer.keys
