"""Small shared pieces of HTTP: the idempotency header and the request middleware."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.database.client import Mongo
from services.chassis.database.idempotency import IdempotencyKeyMissingError, Once
from services.chassis.http.auth import Principal, anyone
from services.chassis.http.facilities import find
from services.chassis.http.headers import completed, journey_of
from services.chassis.http.problems import InternalError, OtherHttpError, problem_response
from services.chassis.http.rates import Rates
from services.chassis.telemetry.journey import travelling
from services.chassis.telemetry.metrics import Metrics, method_of
from services.chassis.telemetry.tracing import Kind, Span, span

log = structlog.get_logger("http")

_SERVER_ERROR = 500
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


async def late_once(
    request: Request,
    principal: Annotated[Principal, Depends(anyone)],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=128,
            description="A unique string; the same key and body give the stored answer.",
        ),
    ] = None,
) -> Once:
    """The idempotency key of a creating POST, not looked up: most keys are new.

    For use cases that ask `Once.replay` before they refuse anything; `Transactions.run` does so
    for what it runs.

    Raises:
        IdempotencyKeyMissingError: no key.
        TooManyRequestsError: too many creating requests of this person.
    """
    find(request.app, Rates).creation(principal.subject)
    if not idempotency_key:
        raise IdempotencyKeyMissingError
    route = f"{request.method} {request.url.path}"
    return Once.of(
        subject=principal.subject, route=route, key=idempotency_key, payload=await request.body()
    )


async def once(request: Request, keyed: Annotated[Once, Depends(late_once)]) -> Once:
    """The idempotency key of a creating POST; answers from the store where it was used before.

    Raises:
        ReplayedAnswer: answered before.
    """
    await keyed.replay(find(request.app, Mongo))
    return keyed


OnceKey = Annotated[Once, Depends(once)]
LateOnceKey = Annotated[Once, Depends(late_once)]


class RequestMiddleware:
    """Correlation, metrics by route template, one log line a request, a limit on the body.

    HEAD is answered as GET without the body, caches keep nothing that does not say so, and a
    `Location` is told as the caller knows it: behind the gateway's prefix.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, max_body: int) -> None:
        """Take the largest body in bytes that is read at all."""
        self._app = app
        self._metrics = metrics
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        if method == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        journey = journey_of(headers)
        started = time.perf_counter()
        status = 500
        answered: float | None = None

        async def answer(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter()
                message["headers"] = completed(message, headers, journey)
            await send(message)

        with travelling(journey), _told(scope) as trace:
            try:
                if _declared(headers) > self._max_body:
                    await problem_response(OtherHttpError(413))(scope, receive, answer)
                else:
                    await self._app(scope, self._limited(receive), answer)
            except Exception:
                log.exception("unexpected error", route=_route(scope))
                if answered is not None:
                    raise
                await problem_response(InternalError())(scope, receive, answer)
            finally:
                seconds = (answered or time.perf_counter()) - started
                _tell(trace, scope, method, status)
                self._record(scope, method, status, seconds)

    def _limited(self, receive: Receive) -> Receive:
        """The same body, refused once it grows past the limit (a chunked one has no length)."""
        left = self._max_body

        async def limited() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        return limited

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
    if scope["path"] in _QUIET:
        return nullcontext()
    return span("request", Kind.SERVER)


def _tell(told: Span | None, scope: Scope, asked: str, status: int) -> None:
    if told is None:
        return
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
    subject = scope.get("state", {}).get("subject")
    return {} if subject is None else {"subject": subject}


def _declared(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0
