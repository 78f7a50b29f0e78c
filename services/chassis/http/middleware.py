"""What every request passes: its journey, limits of its body, metrics, and its line."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.http.headers import Asked, asked_of, completed, declared_length, journey_of
from services.chassis.http.problems import InternalError, OtherHttpError, problem_response
from services.chassis.telemetry.journey import Journey, travelling
from services.chassis.telemetry.metrics import Metrics, method_of
from services.chassis.telemetry.tracing import Kind, Span, exports, span

log = structlog.get_logger("http")

_SERVER_ERROR = 500
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_UNTOLD = nullcontext[Span | None]()


class AnsweredTwiceError(Exception):
    """A second answer was begun: the first one broke off."""


class _Answer:
    """The `send` of one request: adds what every answer has, and keeps what became of it."""

    __slots__ = ("_asked", "_journey", "_send", "begun", "status")

    def __init__(self, send: Send, asked: Asked, journey: Journey) -> None:
        self._send = send
        self._asked = asked
        self._journey = journey
        self.status = 500
        self.begun: float | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.begun is not None:
                raise AnsweredTwiceError
            self.status, self.begun = message["status"], time.perf_counter()
            message["headers"] = completed(message, self._asked, self._journey)
        await self._send(message)


class RequestMiddleware:
    """Correlation, metrics by route template, one log line a request, a limit on the body.

    HEAD is answered as GET without the body, caches keep nothing that does not say so, and a
    `Location` is told as the caller knows it: behind the gateway's prefix.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        *,
        max_body: int,
        max_bodies: Mapping[str, int] | None = None,
    ) -> None:
        """Take the largest body in bytes that is read at all; `max_bodies` of single addresses."""
        self._app = app
        self._metrics = metrics
        self._max_body = max_body
        self._max_bodies = max_bodies or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._one({**scope, "method": "GET"}, receive, _without_body(send), "HEAD")
        else:
            await self._one(scope, receive, send, scope["method"])

    async def _one(self, scope: Scope, receive: Receive, send: Send, method: str) -> None:
        started = time.perf_counter()
        asked = asked_of(scope)
        journey = journey_of(asked)
        answer = _Answer(send, asked, journey)
        with travelling(journey), _told(scope) as trace:
            try:
                declared = declared_length(asked)
                most = self._max_bodies.get(scope["path"], self._max_body)
                if declared is not None and declared > most:
                    await problem_response(OtherHttpError(413))(scope, receive, answer)
                else:
                    await self._app(scope, _limited(receive, declared, most), answer)
            except Exception:
                log.exception("unexpected error", route=_route(scope))
                if answer.begun is not None:
                    raise
                await problem_response(InternalError())(scope, receive, answer)
            finally:
                seconds = (answer.begun or time.perf_counter()) - started
                if trace is not None:
                    _tell(trace, scope, method, answer.status)
                self._record(scope, method, answer.status, seconds)

    def _record(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        route = _route(scope)
        self._metrics.answered(method, route, status, seconds)
        if scope["path"] not in _QUIET:
            log.info(
                "request",
                method=method_of(method),  # any word of the caller's otherwise
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                **_who(scope),
            )


def _limited(receive: Receive, declared: int | None, left: int) -> Receive:
    """The same body, refused once it grows past the limit (a chunked one has no length)."""
    if declared is not None:
        return receive  # the server holds it to that

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return limited


def _route(scope: Scope) -> str:
    """The template of the matched route: a path would be a label without bounds."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _without_body(send: Send) -> Send:
    async def headed(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headed


def _told(scope: Scope) -> AbstractContextManager[Span | None]:
    """A span for the request; its name follows when the route is known. Probes leave no trace."""
    if not exports() or scope["path"] in _QUIET:
        return _UNTOLD
    return span("request", Kind.SERVER)


def _tell(told: Span, scope: Scope, asked: str, status: int) -> None:
    route, method = _route(scope), method_of(asked)
    told.name = f"{method} {route}"
    told.set(
        **{
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "url.scheme": scope.get("scheme", "http"),
        }
    )
    if status >= _SERVER_ERROR:
        told.failed(str(status))


def _who(scope: Scope) -> dict[str, str]:
    """The account that asked, where it is known: an id of ours, which names nobody."""
    principal = scope.get("state", {}).get("principal")
    return {} if principal is None else {"subject": principal.subject}
