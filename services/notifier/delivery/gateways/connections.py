"""Connections that are kept and used again.

How many there are at a time is bounded by those who use them. One that is lent belongs to who has
it; what is not given back in good order is closed.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What can be kept."""

    @property
    def usable(self) -> bool:
        """Whether another exchange may begin on it, as far as is known here."""
        ...

    def close(self) -> None:
        """End it now."""
        ...


C = TypeVar("C", bound=Connection)


class Kept(Generic[C]):
    """The idle ones: the one used last is used next, so that those too many grow old."""

    def __init__(self, *, seconds: float) -> None:
        """`seconds`: how long one may be idle; less than the other side keeps it."""
        self._seconds = seconds
        self._idle: deque[tuple[float, C]] = deque()

    def take(self) -> C | None:
        """One that may be used, or none."""
        while self._idle:
            since, connection = self._idle.pop()
            if connection.usable and time.monotonic() - since < self._seconds:
                return connection
            connection.close()
        return None

    def give(self, connection: C) -> None:
        """Keep it for the next, if it is of use to anybody."""
        now = time.monotonic()
        while self._idle and now - self._idle[0][0] >= self._seconds:
            self._idle.popleft()[1].close()
        if connection.usable:
            self._idle.append((now, connection))
        else:
            connection.close()

    def all(self) -> list[C]:
        """Those that are idle, and no longer kept: for who takes leave."""
        left = [connection for _, connection in self._idle]
        self._idle.clear()
        return left
