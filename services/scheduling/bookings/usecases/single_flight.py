"""Taking turns inside one process for a thing that many want at once.

Only a courtesy to the database: a crowd at one slot costs one transaction instead of a storm of
write conflicts, and whoever waited shares what the one before them learned. Who wins is decided by
the database, also between processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.chassis.foundation.errors import AccidentError, RefusalError


@dataclass
class Turn:
    """One try. `refusal` is what those who waited for it get."""

    refusal: RefusalError | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def over(self, patience: float) -> None:
        """Wait for the end.

        Raises:
            AccidentError: it does not end in `patience` seconds.
        """
        try:
            async with asyncio.timeout(patience):
                await self._over.wait()
        except TimeoutError as error:
            message = "somebody else's turn does not end"
            raise AccidentError(message) from error

    def end(self) -> None:
        """Let the others go on."""
        self._over.set()


class Turns:
    """Who is trying what right now."""

    def __init__(self) -> None:
        """Nobody is."""
        self._running: dict[str, Turn] = {}

    def running(self, key: str) -> Turn | None:
        """The turn to wait for, if somebody has it."""
        return self._running.get(key)

    @contextmanager
    def take(self, key: str) -> Iterator[Turn]:
        """Our turn; only when nobody has it."""
        turn = self._running[key] = Turn()
        try:
            yield turn
        finally:
            del self._running[key]
            turn.end()
