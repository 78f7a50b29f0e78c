"""The middleware: body, place, clock, in that order; and the refusals, in words for the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.database.deadline import Deadline, TookTooLongError, set_deadline
from services.chassis.foundation.errors import RefusalError
from services.chassis.http.headers import asked_of
from services.chassis.http.limits.body import Body
from services.chassis.http.limits.permits import GoneError, Limits, OverloadedError, Permits
from services.chassis.http.limits.shares import Identify, Shares
from services.chassis.http.problems import OtherHttpError, refusal_response
from services.chassis.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz", "/metrics", "/version"})


async def nobody(_: str) -> str | None:
    """Where there are no tokens, everybody is a stranger."""
    return None


class Limited:
    """The ASGI app behind its limits. Inside `RequestMiddleware`, which records every answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Limits,
        permits: Permits,
        metrics: Metrics,
        identify: Identify = nobody,
    ) -> None:
        """Take the app, what it may take on, and how a caller is known."""
        self._app = app
        self._limits = limits
        self._permits = permits
        # no more large bodies than there are permits, but in none of those: a few slow lines
        # would stop everything else
        self._large = Shares(limits, identify)
        self._counted = metrics.shed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or refuse it."""
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await self._app(scope, receive, send)
            return
        body = Body(asked_of(scope), receive, self._limits, self._slow)
        if body.small:
            await self._one(scope, body, send)
            return
        caller = await self._large.caller(scope)
        if not caller.known:
            body.hurry()
        try:
            await self._large.acquire(caller)
        except OverloadedError as refusal:
            await self._shed(refusal, scope, body, send)
            return
        try:
            await self._one(scope, body, send)
        finally:
            self._large.release(caller)

    async def _one(self, scope: Scope, body: Body, send: Send) -> None:
        try:
            if body.small:
                await body.gather()
            await self._permits.acquire(body.gone if body.small else None)
        except OverloadedError as refusal:
            await self._shed(refusal, scope, body, send)
        except (HTTPException, GoneError) as error:
            refused = OtherHttpError(error.status_code if isinstance(error, HTTPException) else 400)
            await _refuse(refused, scope, send, close=True)
        else:
            seconds = self._limits.seconds
            work = _Work(scope, send, body, permits=self._permits, late=self._late, seconds=seconds)
            await work.run(self._app)

    async def _shed(self, refusal: OverloadedError, scope: Scope, body: Body, send: Send) -> None:
        self._counted[refusal.reason,].inc()
        await _refuse(refusal, scope, send, close=not body.whole)  # the rest is not waited for

    def _slow(self) -> None:
        self._counted["slow-body",].inc()

    def _late(self) -> None:
        self._counted["timeout",].inc()


class _Work:
    """One request in its place, until the app is done with it (see `body.Work`)."""

    def __init__(
        self,
        scope: Scope,
        send: Send,
        body: Body,
        *,
        permits: Permits,
        late: Callable[[], None],
        seconds: float,
    ) -> None:
        self._scope = scope
        self._send = send
        self._body = body
        self._permits = permits
        self._late = late
        self._held = True
        self._out = False
        self._refusing: asyncio.Task[None] | None = None
        self._deadline = Deadline(seconds, self._strike)

    async def run(self, app: ASGIApp) -> None:
        set_deadline(self._deadline)
        self._deadline.go()
        try:
            await app(self._scope, self._receive, self._answer)
        except Exception:
            if self._refusing is None:
                raise
            # answered already: the server would close a connection that may be in use again
            log.exception("unexpected error after the time was up")
        finally:
            self._deadline.stop()
            self._leave()
            if self._refusing is not None:
                await self._refusing

    def pause(self) -> None:
        self._deadline.pause()
        if self._held:
            self._held, self._out = False, True
            self._permits.release()

    def go(self) -> None:
        self._deadline.go()
        if self._out:
            self._held, self._out = True, False
            self._permits.reacquire()

    async def _receive(self) -> Message:
        return await self._body.receive(self)

    async def _answer(self, message: Message) -> None:
        if self._refusing is not None:  # too late: another answer was given
            return
        if message["type"] == "http.response.start":
            self._deadline.stop()
            self._leave()
            if message["status"] == 408:  # noqa: PLR2004 - the rest of the body is not waited for
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await self._send(message)

    def _leave(self) -> None:
        self._out = False
        if self._held:
            self._held = False
            self._permits.release()

    def _strike(self) -> None:
        """Answer in the place of the app, which goes on and keeps its place until it is done."""
        self._late()
        self._refusing = asyncio.get_running_loop().create_task(self._refuse())

    async def _refuse(self) -> None:
        await _refuse(TookTooLongError(), self._scope, self._send, close=False)


async def _refuse(refusal: RefusalError, scope: Scope, send: Send, *, close: bool) -> None:
    response = refusal_response(refusal, scope)
    if close:
        response.headers["Connection"] = "close"
    await response(scope, _closed, send)


async def _closed() -> Message:
    return {"type": "http.disconnect"}
