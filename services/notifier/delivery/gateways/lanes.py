"""The way of ordinary messages to one provider: so many at a time as it bears.

Each provider has a lane of its own, so that one that hangs takes nobody else's place; codes go past
all of them. A provider that is slow or busy is pressed half as hard, and a little harder with each
message that it takes; while it says when to come back, nobody goes. Who finds no place in time is
told when to come again: waiting costs no try.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.notifier.delivery.domain.message import Outcome, Verdict

log = structlog.get_logger(__name__)

IN_HAND = 100
"""Messages of a channel that are leased at a time: before, with, and after their provider."""
_PATIENCE = timedelta(seconds=10)  # with a try's longest time well below what a timer's lease lasts
_SOON = timedelta(seconds=5)
_LONGEST_CLOSED = timedelta(minutes=5)
_PRESSED = frozenset({Verdict.NOT_TAKEN, Verdict.UNKNOWN})


class NoPlaceError(Exception):
    """There is no place at the provider now; come again after `pause`."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


@dataclass
class Visit:
    """One message at its provider; whoever sends it says what came of it."""

    began: float
    outcome: Outcome | None = None


class Lane:
    """Places at one provider, first come first served."""

    def __init__(
        self,
        channel: str,
        most: int,
        *,
        patience: timedelta = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`most` is how many at a time the provider is ever pressed with."""
        self.channel = channel
        self.limit = float(most)
        self._most = most
        self._patience = patience.total_seconds()
        self._clock = clock
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed_until = 0.0
        self._shrunk_at = 0.0

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Visit]:
        """A place, for the block.

        Raises:
            NoPlaceError: there is none within the time that one waits.
        """
        await self._enter()
        visit = Visit(self._clock())
        try:
            yield visit
        finally:
            self._inside -= 1
            if visit.outcome is not None:
                self._learn(visit, visit.outcome)
            self._admit()

    async def _enter(self) -> None:
        closed = self._closed_until - self._clock()
        if closed > 0:
            raise NoPlaceError(timedelta(seconds=closed))
        if self._inside < int(self.limit) and not self._waiting:
            self._inside += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self._patience):
                await place
        except TimeoutError as error:
            self._decline(place)
            raise NoPlaceError(_SOON) from error
        except asyncio.CancelledError:
            self._decline(place)
            raise

    def _decline(self, place: asyncio.Future[None]) -> None:
        """Whoever no longer waits takes nobody's place, not even one just given."""
        if place in self._waiting:
            self._waiting.remove(place)
        elif not place.cancelled() and place.exception() is None:
            self._inside -= 1
            self._admit()

    def _admit(self) -> None:
        while self._waiting and self._inside < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self._inside += 1
                place.set_result(None)

    def _learn(self, visit: Visit, outcome: Outcome) -> None:
        if outcome.verdict not in _PRESSED or outcome.recipient_only:
            self.limit = min(self._most, self.limit + 1 / self.limit)
            return
        now = self._clock()
        if visit.began >= self._shrunk_at:  # those that went together say one thing
            self._shrunk_at = now
            self.limit = max(1.0, self.limit / 2)
            log.info("a provider is pressed less", channel=self.channel, at_a_time=int(self.limit))
        if outcome.retry_after:
            self._close(now, min(outcome.retry_after, _LONGEST_CLOSED))

    def _close(self, now: float, pause: timedelta) -> None:
        self._closed_until = max(self._closed_until, now + pause.total_seconds())
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(NoPlaceError(pause))
