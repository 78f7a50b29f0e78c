"""Headers that every request may bring and every answer has: ids, caching, the gateway's prefix."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from fastapi import FastAPI, Response
from starlette.routing import Match
from starlette.types import Message, Scope

from services.chassis.telemetry.journey import Journey, TraceContext, random_hex, valid_tracestate
from services.chassis.telemetry.tracing import journey_from

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32}")
_PHONE = re.compile(r"[78]9[0-9]{9}")
_LETTERS = 5  # of 32 random hex digits, one in a thousand has fewer
_READ = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"traceparent",
        b"tracestate",
        b"transfer-encoding",
        b"x-forwarded-prefix",
        b"x-request-id",
    }
)
_JOURNEY = (b"x-request-id", b"traceparent", b"tracestate")
_FOUND = "chassis.asked"
_NO_STORE = (b"cache-control", b"no-store")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_PREFIX = re.compile(rb"/api/[a-z]+")
_LENGTH_DIGITS = 18  # of a length: there is no longer body, and a number has no end
Asked: TypeAlias = Mapping[bytes, bytes]
"""The headers of a request that the chassis itself reads."""


def asked_of(scope: Scope) -> Asked:
    """Those of this request, found once; of a header that came twice, the first."""
    found: dict[bytes, bytes] | None = scope.get(_FOUND)
    if found is None:
        found = scope[_FOUND] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                found.setdefault(name, value)
    return found


def declared_length(asked: Asked) -> int | None:
    """How long the body of this request is, by its sender's word, to which the server holds it.

    None: there is no word, or none that is a length; then whoever reads has to count.
    """
    if b"transfer-encoding" in asked:
        return None
    said = asked.get(b"content-length", b"0")
    return int(said) if said.isdigit() and len(said) <= _LENGTH_DIGITS else None


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


def journey_of(headers: Asked) -> Journey:
    """The caller's ids where they are ids: both go into logs and events, for years."""
    cause = f"request:{random_hex(8)}"
    given = {name.decode(): headers[name].decode("latin-1") for name in _JOURNEY if name in headers}
    if not given:
        return journey_from(None, None, cause)
    asked = given.get("x-request-id", "")
    correlation = asked if _UUID.fullmatch(asked) or _HEX.fullmatch(asked) else None
    if correlation is not None and not _random(correlation.replace("-", "")):
        correlation = None
    parent = given.get("traceparent")
    trace = TraceContext.parse(parent)
    if trace is not None and (not _random(trace.trace_id) or _PHONE.search(trace.span_id)):
        parent = None
    journey = journey_from(parent, correlation, cause)
    state = valid_tracestate(given.get("tracestate"))
    if state is None or journey.fresh:  # a state without its trace says nothing
        return journey
    return replace(journey, tracestate=state)


def _random(digits: str) -> bool:
    """Whether 32 hex digits look drawn by lot; a phone or a policy padded to an id does not."""
    return sum(d.isalpha() for d in digits) >= _LETTERS and _PHONE.search(digits) is None


def completed(message: Message, asked: Asked, journey: Journey) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has."""
    headers, kept = list(message.get("headers", ())), False
    for place, (name, value) in enumerate(headers):
        if name == b"cache-control":
            kept = True
        elif name == b"location":
            headers[place] = (name, _behind(asked.get(b"x-forwarded-prefix", b""), value))
    if not kept:
        headers.append(_NO_STORE)
    headers.append((b"x-request-id", journey.correlation_id.encode()))
    return headers


def _behind(prefix: bytes, location: bytes) -> bytes:
    if location.startswith(b"/v1/") and _PREFIX.fullmatch(prefix):
        return prefix + location
    return location
