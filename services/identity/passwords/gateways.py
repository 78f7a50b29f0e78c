"""Password hashes: argon2id in threads of its own, a few at a time.

One hash takes tens of megabytes and a good part of a second of a core: never on the event loop, and
never more at once than there are workers (PITFALLS 24).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.chassis.foundation.errors import AccidentError
from services.identity.passwords.domain import normalised

T = TypeVar("T")


@cache
def _nobodys(memory_kib: int, time_cost: int, parallelism: int) -> str:
    """A hash at that cost, to be checked where there is no account; made once a process."""
    hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
    return hasher.hash("nobody has this password")


class PasswordHashes:
    """Makes and checks hashes."""

    def __init__(
        self,
        *,
        memory_kib: int,
        time_cost: int,
        parallelism: int,
        workers: int = 2,
        queue: int = 100,
    ) -> None:
        """Take the cost of one hash, how many are computed at once, how many may wait."""
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism
        )
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="argon2")
        self._longest_queue = workers + queue
        self._waiting = 0
        self._nobodys = _nobodys(memory_kib, time_cost, parallelism)

    def admit(self) -> None:
        """See whether one more can be computed in reasonable time (e9).

        Raises:
            AccidentError: too many wait already; the caller is told to come back.
        """
        if self._waiting >= self._longest_queue:
            message = "too many passwords are being checked"
            raise AccidentError(message)

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return await self._in_thread(self._hasher.hash, normalised(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash it takes as long, and is not."""
        right = await self._in_thread(self._matches, stored or self._nobodys, normalised(password))
        return right and stored is not None

    async def _in_thread(self, work: Callable[..., T], *args: str) -> T:
        self.admit()
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, work, *args)
        finally:
            self._waiting -= 1

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
