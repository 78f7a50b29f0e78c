"""What travels with a piece of work: correlation, cause, trace. Set at the edges, read inside."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog


@dataclass(frozen=True)
class Journey:
    """Which journey this work belongs to and what caused it (`traceparent`: W3C Trace Context)."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


_current: ContextVar[Journey | None] = ContextVar("journey", default=None)


def new_traceparent() -> str:
    """A fresh W3C `traceparent` for work that came without one."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def current() -> Journey:
    """The journey of the running task; work started by nobody gets one of its own."""
    journey = _current.get()
    if journey is None:
        journey = Journey(secrets.token_hex(16))
        _current.set(journey)
    return journey


@contextmanager
def travelling(journey: Journey) -> Iterator[Journey]:
    """Run the block as part of `journey`; log lines inside carry its correlation id."""
    token = _current.set(journey)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=journey.correlation_id):
            yield journey
    finally:
        _current.reset(token)
