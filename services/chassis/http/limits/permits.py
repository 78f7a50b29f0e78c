"""Permits to work, the queue before them, and who is told to come back. Knows no HTTP."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from services.chassis.foundation.errors import RefusalError
from services.chassis.foundation.settings import ServiceSettings

_SMOOTHING = 0.5  # of the lag: one long pause is no overload, two are
_WEIGHT = 0.1  # of one more place passed on, in the estimate of the queue's pace
_SURE = 0.7  # of the longest wait: the estimate is rough, and who waits should not wait in vain
_SEEN_FOR = 10.0
_LONGEST_RETRY = 5

Reason: TypeAlias = Literal["busy", "lagging"]
BUSY: Reason = "busy"
LAGGING: Reason = "lagging"


class OverloadedError(RefusalError):
    """More work than this service can do now; nothing was begun."""

    code = "overloaded"
    status = 503
    title = "Слишком много обращений"
    passing = True

    def __init__(self, reason: Reason) -> None:
        """Ask to come back in some seconds; not all at once."""
        super().__init__(
            "Сейчас слишком много обращений. Ничего не потеряно, повторите через несколько секунд.",
            retry_after=random.randint(1, _LONGEST_RETRY),
        )
        self.reason = reason


class GoneError(Exception):
    """The client left before its turn."""


@dataclass(frozen=True)
class Limits:
    """What one replica takes on."""

    concurrency: int = 64
    """Requests at work. Below the MongoDB pool, which relay, consumer and timers share."""
    queue: int = 512
    queue_seconds: float = 1.0
    seconds: float = 20.0
    """For making the answer: neither the body's way here nor the answer's way back."""
    body_seconds: float = 10.0
    body_rate: int = 16 * 1024
    """Bytes a second that earn a longer body more time …"""
    stranger_rate: int = 64 * 1024
    """… and those that a large body without login needs for it."""
    lag_seconds: float = 1.0
    """How late the event loop may wake those who asked to sleep."""

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """The platform's, except where the service has its own."""
        platform = settings.platform
        return cls(
            concurrency=settings.http_concurrency or platform.http_concurrency,
            queue=platform.http_queue,
            queue_seconds=settings.http_queue_seconds or platform.http_queue_seconds,
            seconds=settings.http_seconds or platform.http_seconds,
            body_seconds=platform.http_body_seconds,
            body_rate=platform.http_body_rate,
            stranger_rate=platform.http_stranger_rate,
            lag_seconds=platform.http_lag_seconds,
        )


class Permits:
    """Permits to work and the queue before them."""

    def __init__(self, limits: Limits, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._queue: dict[asyncio.Future[None], None] = {}
        self._pace = 0.0  # seconds from one place passed on to the next, while somebody waits
        self._passed_on_at: float | None = None
        self._shed_at = -_SEEN_FOR
        self.taken = 0
        self.lag = 0.0

    @property
    def waiting(self) -> int:
        """How many are in the queue."""
        return len(self._queue)

    @property
    def shedding(self) -> bool:
        """Whether somebody was refused lately."""
        return self._now() - self._shed_at < _SEEN_FOR

    async def acquire(self, gone: Callable[[], Awaitable[None]] | None = None) -> None:
        """Take a place, waiting for it a little; `gone` returns when the caller has left.

        Raises:
            OverloadedError: it would take too long, or took too long.
            GoneError: the caller left.
        """
        if self.lag > self._limits.lag_seconds and (
            # the later the loop, the more is refused; never all, or we would not see it recover
            random.random() > self._limits.lag_seconds / self.lag
        ):
            raise self._refusal(LAGGING)
        if self.taken < self._limits.concurrency and not self._queue:
            self.taken += 1
            return
        expected = (len(self._queue) + 1) * self._pace
        if len(self._queue) >= self._limits.queue or expected > self._limits.queue_seconds * _SURE:
            raise self._refusal(BUSY)
        await self._wait(gone)

    def release(self) -> None:
        """Free a place: for who waits longest, if anybody."""
        if self.taken > self._limits.concurrency:
            self.taken -= 1
            return
        if not self._queue:
            self._passed_on_at = None
            self.taken -= 1
            return
        now = self._now()
        if self._passed_on_at is not None:
            # bounded, so that one standstill cannot close the queue for good
            between = min(now - self._passed_on_at, self._limits.queue_seconds)
            self._pace += (between - self._pace) * _WEIGHT
        self._passed_on_at = now
        turn = next(iter(self._queue))
        del self._queue[turn]
        turn.set_result(None)

    def reacquire(self) -> None:
        """Take a place again at once, for work that was begun: the queue is for what was not."""
        self.taken += 1

    def late(self, seconds: float) -> None:
        """The event loop woke somebody so much too late."""
        # bounded, so that a machine that slept is itself again within a second
        seconds = min(seconds, 10 * self._limits.lag_seconds)
        self.lag += (seconds - self.lag) * _SMOOTHING

    async def _wait(self, gone: Callable[[], Awaitable[None]] | None) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue[turn] = None
        left = asyncio.ensure_future(gone()) if gone is not None else None
        watched: set[asyncio.Future[None]] = {turn} if left is None else {turn, left}
        try:
            await asyncio.wait(
                watched, timeout=self._limits.queue_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if not turn.done():
                raise GoneError if left is not None and left.done() else self._refusal(BUSY)
        except BaseException:
            self._queue.pop(turn, None)
            if turn.done():  # cancelled in the moment in which its turn came
                self.release()
            raise
        finally:
            if left is not None:
                left.cancel()

    def _refusal(self, reason: Reason) -> OverloadedError:
        self._shed_at = self._now()
        return OverloadedError(reason)
