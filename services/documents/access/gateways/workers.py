"""Blocking work in a bounded number of threads, with a bounded queue and a bounded wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from services.chassis.foundation.errors import TooManyRequestsError

T = TypeVar("T")


class Workers:
    """A thread pool that refuses rather than letting a queue grow without end.

    `waiting` callers may wait, each `seconds` at most.
    """

    def __init__(self, name: str, *, threads: int, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + waiting
        self._seconds = seconds
        self._now = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, made in a thread.

        Raises:
            TooManyRequestsError: too many wait already.
            TimeoutError: not done in time. The thread ends when its own limits end it.
        """
        if self._now >= self._most:
            raise TooManyRequestsError(2, "Сейчас загружается много файлов. Повторите через 2 с.")
        self._now += 1
        # counted until the work ends, not until the caller gives up: a stuck thread is a busy one
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        async with asyncio.timeout(self._seconds):
            return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[T]) -> None:
        self._now -= 1
        if not future.cancelled():
            future.exception()  # looked at, also when the caller has given up

    async def close(self) -> None:
        """Take no more work; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
