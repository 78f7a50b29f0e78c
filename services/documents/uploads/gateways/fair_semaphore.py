"""A semaphore that is fair between persons, whatever each of them sends.

Persons take turns, not files: who sends fourteen waits behind who sends one. One person never holds
every permit, and a waiting line is bounded for each and for all. One process, one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter, deque
from collections.abc import AsyncIterator

from services.chassis.foundation.errors import TooManyRequestsError

_RETRY_SECONDS = 2


class FairSemaphore:
    """Permits for work, given to persons one after the other.

    `waiting` may wait in all, `waiting_each` of each person, each `seconds` at most.
    """

    def __init__(self, permits: int, *, waiting: int, waiting_each: int, seconds: float) -> None:
        self._free = permits
        self._share = max(1, permits - 1)
        self._most, self._most_each = waiting, waiting_each
        self._seconds = seconds
        self._running: Counter[str] = Counter()
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}
        self._grants = itertools.count(1)
        self._last: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def holding(self, person: str) -> AsyncIterator[None]:
        """Wait for a permit and hold it.

        Raises:
            TooManyRequestsError: too many wait, of this person or of all, or this one too long.
        """
        await self._acquire(person)
        try:
            yield
        finally:
            self._release(person)

    async def _acquire(self, person: str) -> None:
        line = self._lines.get(person, ())
        if len(line) >= self._most_each:
            raise TooManyRequestsError(
                _RETRY_SECONDS,
                "Вы загружаете много файлов сразу. Дождитесь, пока они проверятся, и повторите.",
            )
        if sum(map(len, self._lines.values())) >= self._most:
            raise _crowded()
        given = asyncio.get_running_loop().create_future()
        self._lines.setdefault(person, deque()).append(given)
        self._dispatch()
        try:
            async with asyncio.timeout(self._seconds):
                await given
        except BaseException as error:
            if given.done() and not given.cancelled():  # given in the same moment
                self._release(person)
            else:
                self._withdraw(person, given)
            if isinstance(error, TimeoutError):
                raise _crowded() from error
            raise

    def _dispatch(self) -> None:
        """Give the free permits to those who were last given one the longest ago."""
        while self._free:
            waiting = [person for person in self._lines if self._running[person] < self._share]
            if not waiting:
                return
            person = min(waiting, key=lambda waits: self._last.get(waits, 0))
            given = self._lines[person].popleft()
            if not given.cancelled():  # its caller has gone and does not know it yet
                given.set_result(None)
                self._free -= 1
                self._running[person] += 1
                self._last[person] = next(self._grants)
            self._tidy(person)

    def _release(self, person: str) -> None:
        self._free += 1
        self._running[person] -= 1
        self._dispatch()
        self._tidy(person)

    def _withdraw(self, person: str, given: asyncio.Future[None]) -> None:
        line = self._lines.get(person, deque())
        if given in line:
            line.remove(given)
            self._tidy(person)

    def _tidy(self, person: str) -> None:
        """Forget who neither waits nor works."""
        if not self._lines.get(person):
            self._lines.pop(person, None)
            if not self._running[person]:
                del self._running[person]
                self._last.pop(person, None)


def _crowded() -> TooManyRequestsError:
    return TooManyRequestsError(
        _RETRY_SECONDS, "Сейчас загружается много файлов. Повторите через 2 с."
    )
