"""The clock of one request: how long the answer may take, and what happens when it has not come.

At its end the caller is told 503 `took-too-long` while the work goes on; it may finish what it is
at, but it may not commit any more. So that answer means: nothing was changed. Work that begins to
commit first stops its clock: the caller hears what came of it. Only where that is known to be
nothing, and the work is done again, does it run on.

The task is never cancelled: a call to MongoDB runs in a thread that outlives its cancelled caller,
and one that begins after the abort of its transaction would write outside of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar

from services.chassis.foundation.errors import RefusalError

_RETRY_SECONDS = 5


class TookTooLongError(RefusalError):
    """The answer was not ready in time; nothing was changed."""

    code = "took-too-long"
    status = 503
    title = "Сервис не успел ответить"
    passing = True

    def __init__(self) -> None:
        super().__init__(
            "Запрос выполнялся слишком долго и остановлен, ничего не изменено. Повторите его "
            "с тем же Idempotency-Key.",
            retry_after=_RETRY_SECONDS,
        )


class Deadline:
    """Seconds of work; `expire` is called once, when they are used up."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        """Take them; the clock stands until `go`."""
        self._loop = asyncio.get_running_loop()
        self._left = seconds
        self._expire = expire
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._over = False
        self._committing = False
        self.struck = False

    def go(self) -> None:
        """Let the clock run, unless it was stopped."""
        if self._timer is None and not self._over and not self._committing:
            self._since = self._loop.time()
            self._timer = self._loop.call_later(self._left, self._reached)

    def pause(self) -> None:
        """Halt the clock: what happens now is not our work."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left -= self._loop.time() - self._since

    def stop(self) -> None:
        """The answer is made, or decided: the clock never runs again."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stop_for_commit(self) -> bool:
        """From here on the caller gets the real answer; the clock stands.

        False if the caller was already told that nothing happens: then nothing may.
        """
        if not self.struck:
            self.pause()
            self._since = self._loop.time()
            self._committing = True
        return not self.struck

    def go_on(self) -> None:
        """Nothing was committed: the clock runs as if it had never stood."""
        if self._committing:
            self._committing = False
            self._left -= self._loop.time() - self._since
            self.go()

    def _reached(self) -> None:
        self.stop()
        self.struck = True
        self._expire()


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def set_deadline(deadline: Deadline) -> None:
    """Make it the clock of the running task and of what it starts."""
    _current.set(deadline)


def running_deadline() -> Deadline | None:
    """The clock of the running task; None: an event or a timer, nobody waits."""
    return _current.get()
