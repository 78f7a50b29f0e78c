"""Headers that every request may bring and every answer has: ids, caching, the gateway's prefix."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from fastapi import FastAPI, Response
from starlette.routing import Match
from starlette.types import Message, Scope

from services.chassis.telemetry.journey import Journey, TraceContext, random_hex, valid_tracestate
from services.chassis.telemetry.tracing import journey_from

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32}")
_PHONE = re.compile(r"[78]9[0-9]{9}")
_LETTERS = 5  # of 32 random hex digits, one in a thousand has fewer
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_PREFIX = re.compile(r"/api/[a-z]+")


def cacheable(seconds: int) -> Callable[[Response], Awaitable[None]]:
    """Dependency of a route whose answer is the same for everybody: caches may keep it so long.

    Every other answer goes out with `no-store`.
    """

    async def public(response: Response) -> None:
        response.headers["Cache-Control"] = f"public, max-age={seconds}"

    return public


def allowed(app: FastAPI, scope: Scope) -> list[str]:
    """The methods of this address; the framework would name those of its first route only."""
    known = {
        method
        for method in _METHODS
        for route in app.routes
        if route.matches({**scope, "method": method})[0] is Match.FULL
    }
    # every GET is answered to HEAD as well, see `http.RequestMiddleware`
    return [m for m in _METHODS if m in known or (m == "HEAD" and "GET" in known)]


def journey_of(headers: Mapping[str, str]) -> Journey:
    """The caller's ids where they are ids: both go into logs and events, for years."""
    asked = headers.get("x-request-id", "")
    correlation = asked if _UUID.fullmatch(asked) or _HEX.fullmatch(asked) else None
    if correlation is not None and not _random(correlation.replace("-", "")):
        correlation = None
    parent = headers.get("traceparent")
    trace = TraceContext.parse(parent)
    if trace is not None and (not _random(trace.trace_id) or _PHONE.search(trace.span_id)):
        parent = None
    journey = journey_from(parent, correlation, f"request:{random_hex(8)}")
    state = valid_tracestate(headers.get("tracestate"))
    if state is None or journey.fresh:  # a state without its trace says nothing
        return journey
    return replace(journey, tracestate=state)


def _random(digits: str) -> bool:
    """Whether 32 hex digits look drawn by lot; a phone or a policy padded to an id does not."""
    return sum(d.isalpha() for d in digits) >= _LETTERS and _PHONE.search(digits) is None


def completed(
    message: Message, asked: Mapping[str, str], journey: Journey
) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has."""
    headers = list(message.get("headers", ()))
    names = {name for name, _ in headers}
    if b"location" in names:
        prefix = asked.get("x-forwarded-prefix", "")
        if _PREFIX.fullmatch(prefix):
            headers = [(n, _behind(prefix, v) if n == b"location" else v) for n, v in headers]
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"no-store"))
    return [*headers, (b"x-request-id", journey.correlation_id.encode())]


def _behind(prefix: str, location: bytes) -> bytes:
    return prefix.encode() + location if location.startswith(b"/v1/") else location
