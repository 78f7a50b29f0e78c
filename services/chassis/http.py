"""Small shared pieces of HTTP: entity tags, cursors, idempotency header, the request middleware."""

from __future__ import annotations

import base64
import binascii
import random
import re
import time
from typing import Annotated, Any

import orjson
import structlog
from fastapi import Depends, Header, Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.auth import Principal, anyone
from services.chassis.context import Journey, travelling
from services.chassis.errors import FieldError, InvalidInputError, RefusalError
from services.chassis.idempotency import IdempotencyKeyMissingError, Once
from services.chassis.metrics import Metrics
from services.chassis.problems import InternalError, OtherHttpError, problem_response

log = structlog.get_logger("http")

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST_VERSION = 18  # digits of a 64-bit number
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class IfMatchMissingError(RefusalError):
    """An edit came without the version that it edits."""

    code = "if-match-missing"
    status = 428
    title = "Нет версии данных"

    def __init__(self) -> None:
        """Say which header is missing."""
        super().__init__("Передайте заголовок If-Match со значением ETag прочитанной версии.")


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


async def if_match(if_match_header: Annotated[str | None, Header(alias="If-Match")] = None) -> int:
    """The version that the caller edits, from `If-Match`."""
    if if_match_header is None:
        raise IfMatchMissingError
    digits = if_match_header.removeprefix("W/").strip('"')
    if not digits.isdecimal() or len(digits) > _LONGEST_VERSION:
        raise InvalidInputError([FieldError("/header/If-Match", "format", "Неизвестная версия.")])
    return int(digits)


IfMatch = Annotated[int, Depends(if_match)]


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
    """
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
    await keyed.replay(request.app.state.runtime.mongo)
    return keyed


OnceKey = Annotated[Once, Depends(once)]
LateOnceKey = Annotated[Once, Depends(late_once)]


def encode_cursor(position: list[Any]) -> str:
    """An opaque cursor from a sort position (JSON values)."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[Any]:
    """The sort position of a cursor.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        position = None
    if not isinstance(position, list) or len(position) != length:
        raise InvalidInputError([FieldError("/query/cursor", "cursor", "Неизвестный курсор.")])
    return position


class RequestMiddleware:
    """Correlation, metrics by route template, one log line a request, a limit on the body."""

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
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        journey = _journey(headers)
        started = time.perf_counter()
        status = 500
        answered = False

        async def answer(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", journey.correlation_id.encode()),
                ]
            await send(message)

        with travelling(journey):
            try:
                if _declared(headers) > self._max_body:
                    await problem_response(OtherHttpError(413))(scope, receive, answer)
                else:
                    await self._app(scope, self._limited(receive), answer)
            except Exception:
                log.exception("unexpected error", route=_route(scope))
                if answered:
                    raise
                await problem_response(InternalError())(scope, receive, answer)
            finally:
                self._record(scope, status, time.perf_counter() - started)

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

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"]
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.request_seconds.labels(method, route).observe(seconds)
        if scope["path"] not in _QUIET:
            log.info(
                "request", method=method, route=route, status=status, ms=round(seconds * 1000, 1)
            )


def _route(scope: Scope) -> str:
    """The template of the matched route: a path would be a label without bounds."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _journey(headers: dict[str, str]) -> Journey:
    traceparent = headers.get("traceparent", "")
    if not _TRACEPARENT.fullmatch(traceparent):
        traceparent = f"00-{_name(16)}-{_name(8)}-01"
    asked = headers.get("x-request-id", "")
    correlation = asked if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", asked) else traceparent[3:35]
    return Journey(correlation, f"request:{_name(8)}", traceparent)


def _name(size: int) -> str:
    """So many random bytes in hex, to tell requests apart.

    No secret, hence not of the kernel: that call gives up the interpreter, and in a busy process
    getting it back costs more than all the rest of this middleware.
    """
    return f"{random.getrandbits(8 * size):0{2 * size}x}"


def _declared(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0
