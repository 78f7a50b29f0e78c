"""A request's body as it arrives, against a clock of its own: the pace of the line is not ours."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from services.chassis.http.headers import Asked, declared_length
from services.chassis.http.limits.permits import Limits

_SMALL = 64 * 1024  # a body that is waited for without a place; the server buffers as much anyway


class Work(Protocol):
    """What stands still while a part of the body is on its way."""

    def pause(self) -> None:
        """Wait for the line: no clock runs and no place is held."""
        ...

    def go(self) -> None:
        """Let the clock run on."""
        ...


class Body:
    """A request's body as it arrives, against its own clock."""

    def __init__(
        self, asked: Asked, receive: Receive, limits: Limits, slow: Callable[[], None]
    ) -> None:
        self._receive = receive
        self._limits = limits
        self._slow = slow
        self._held: deque[Message] = deque()
        self._rate = limits.body_rate
        self._until: float | None = None
        self._received = 0
        self._declared = declared_length(asked)
        self.small = self._declared is not None and self._declared <= _SMALL
        self.whole = self._declared == 0

    def hurry(self) -> None:
        """Nobody is known to send it: it must come faster, or its place is somebody else's."""
        self._rate = self._limits.stranger_rate

    async def gather(self) -> None:
        """Wait for all of a small body: it holds no place while it is on its way.

        Raises:
            HTTPException: 408.
        """
        while not self.whole:
            self._held.append(await self._next())

    async def gone(self) -> None:
        """Return when the client has left; only for a body that is here."""
        if self._declared == 0 and not self._held:
            self._held.append(await self._receive())
        if self._held[-1]["type"] == "http.disconnect":
            return
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def receive(self, work: Work) -> Message:
        """The next part for the app; the work stands while it is waited for."""
        if self._held:
            return self._held.popleft()
        if self.whole:  # nothing but the end of the connection can come
            return await self._receive()
        work.pause()
        try:
            return await self._next()
        finally:
            work.go()

    async def _next(self) -> Message:
        now = asyncio.get_running_loop().time()
        if self._until is None:
            self._until = now + self._limits.body_seconds
        earned = self._received / self._rate
        try:
            async with asyncio.timeout_at(self._until + earned):
                message = await self._receive()
        except TimeoutError:
            self._slow()
            # the framework lets this one through, out of any depth of reading a body
            raise HTTPException(408) from None
        self._received += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        return message
