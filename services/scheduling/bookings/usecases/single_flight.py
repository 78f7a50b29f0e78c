"""Single flight: of many in one process who want the same thing, one tries and the others wait.

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
class Flight:
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
            message = "somebody else's try does not end"
            raise AccidentError(message) from error

    def end(self) -> None:
        """Let the others go on."""
        self._over.set()


class SingleFlight:
    """Who is trying what right now."""

    def __init__(self) -> None:
        self._running: dict[str, Flight] = {}

    def running(self, key: str) -> Flight | None:
        """The try to wait for, if there is one."""
        return self._running.get(key)

    @contextmanager
    def take_off(self, key: str) -> Iterator[Flight]:
        """Our try; only when nobody else's is running."""
        flight = self._running[key] = Flight()
        try:
            yield flight
        finally:
            del self._running[key]
            flight.end()
