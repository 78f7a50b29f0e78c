"""One trace through everything: spans around the work, whose ids travel as `traceparent`.

    request → transaction → (outbox) → send to Kafka
                                     → consumer → transaction → timer → S3, TSA, SMTP, SMS, push

`span` opens one: its parent is what the running journey's `traceparent` names, and the journey
inside the block carries the new one, so that events and timers recorded there continue from it.
Consumers are *children* of the work that recorded the event: one journey is one trace. A timer is a
child, too, when it was due at once – then it is the second half of the same work. One that was set
for later (a deadline in days) begins a trace of its own with a *link* to the one that set it: a
trace that stays open for days is shown and kept by no backend, and its duration would say nothing.
The correlation id stays the same through both, so the logs tell the whole story anyway.

Without an exporter (see `otlp`) a span costs next to nothing and changes nothing. Nothing personal
goes into a span: no message of an error, no path, only templates, types and ids of ours.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeAlias

from services.chassis.database.idempotency import ReplayedAnswer
from services.chassis.foundation.errors import AlreadyHandledError, RefusalError
from services.chassis.telemetry.journey import (
    Journey,
    TraceContext,
    current,
    new_traceparent,
    random_hex,
    travelling,
)

Value: TypeAlias = str | int | float | bool
_NO_FAILURES = (RefusalError, AlreadyHandledError, ReplayedAnswer, asyncio.CancelledError)
_TRACE_ID_RANGE = 1 << 64


class Kind(StrEnum):
    """The kinds of spans of OpenTelemetry."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"
    PRODUCER = "PRODUCER"
    CONSUMER = "CONSUMER"


@dataclass
class Span:
    """A piece of work that is being told of. Attributes follow OpenTelemetry's conventions."""

    name: str
    kind: Kind = Kind.INTERNAL
    attributes: dict[str, Value] = field(default_factory=dict)
    error: str | None = None

    def set(self, **attributes: Value) -> None:
        """Add what became known meanwhile."""
        self.attributes |= attributes

    def failed(self, error: str) -> None:
        """It failed; `error` is a type or a code, never a message: those quote values."""
        self.error = error


@dataclass(frozen=True)
class Ended:
    """A span as it goes out. Times are nanoseconds since the epoch."""

    span: Span
    context: TraceContext
    parent: TraceContext | None
    follows: TraceContext | None
    started: int
    ended: int


class Exporter(Protocol):
    """Takes what has ended, at once and without ever failing."""

    ratio: float
    """How many of the new traces are recorded, from 0 to 1."""

    def take(self, ended: Ended) -> None:
        """Queue it, or drop it."""
        ...


class _Way:
    """Where the spans of this process go. Like logging it is one for a process."""

    exporter: Exporter | None = None


@contextmanager
def exporting(exporter: Exporter | None) -> Iterator[None]:
    """Send the spans of this process there while the block runs; None: nowhere."""
    before, _Way.exporter = _Way.exporter, exporter
    try:
        yield
    finally:
        _Way.exporter = before


def journey_from(traceparent: str | None, correlation_id: str | None, causation_id: str) -> Journey:
    """The journey of work that came from outside: its trace goes on, or a new one begins."""
    valid = TraceContext.parse(traceparent) if traceparent else None
    if valid is not None:
        return Journey(correlation_id or valid.trace_id, causation_id, str(valid))
    fresh = _sampled(new_traceparent())
    return Journey(correlation_id or fresh[3:35], causation_id, fresh, fresh=True)


def linked_journey(correlation_id: str, causation_id: str, traceparent: str | None) -> Journey:
    """The journey of a timer that was set for later: a trace of its own, linked to the first."""
    before = TraceContext.parse(traceparent)
    if before is None:
        return journey_from(None, correlation_id, causation_id)
    fresh = new_traceparent(sampled=before.sampled)
    return Journey(correlation_id, causation_id, fresh, fresh=True, follows=str(before))


def _sampled(traceparent: str) -> str:
    """The same with the flag as the ratio has it (as OpenTelemetry decides, by the trace id)."""
    exporter = _Way.exporter
    if exporter is None or int(traceparent[19:35], 16) < exporter.ratio * _TRACE_ID_RANGE:
        return traceparent
    return traceparent[:-2] + "00"


def span(
    name: str, kind: Kind = Kind.INTERNAL, /, **attributes: Value
) -> AbstractContextManager[Span]:
    """Tell of the block as a child of the running journey's span."""
    told, exporter = Span(name, kind, attributes), _Way.exporter
    return nullcontext(told) if exporter is None else _telling(told, exporter)


@contextmanager
def _telling(told: Span, exporter: Exporter) -> Iterator[Span]:
    journey = current()
    around = TraceContext.parse(journey.traceparent)
    if around is None:
        journey = replace(journey, traceparent=_sampled(new_traceparent()), fresh=True)
        around = TraceContext.parse(journey.traceparent)
        assert around is not None  # noqa: S101 - just made
    if not around.sampled:
        yield told
        return
    mine = TraceContext(around.trace_id, random_hex(8), around.sampled)
    inside = Journey(
        journey.correlation_id, journey.causation_id, str(mine), tracestate=journey.tracestate
    )
    started, clock = time.time_ns(), time.perf_counter_ns()
    try:
        with travelling(inside):
            yield told
    except BaseException as error:
        if told.error is None and not isinstance(error, _NO_FAILURES):
            told.failed(type(error).__name__)
        raise
    finally:
        exporter.take(
            Ended(
                told,
                mine,
                None if journey.fresh else around,
                TraceContext.parse(journey.follows) if journey.follows else None,
                started,
                started + time.perf_counter_ns() - clock,
            )
        )


def recorded(
    name: str, kind: Kind, parent: str | None, began: int, attributes: Mapping[str, Value]
) -> None:
    """Tell of work that ends now and began at `began` (ns since the epoch), outside its journey."""
    exporter, around = _Way.exporter, TraceContext.parse(parent)
    if exporter is None or around is None or not around.sampled:
        return
    told = Span(name, kind, dict(attributes))
    mine = replace(around, span_id=random_hex(8))
    exporter.take(Ended(told, mine, around, None, began, max(began, time.time_ns())))


def outgoing_headers() -> dict[str, str]:
    """Headers that take the running journey to another service of ours."""
    journey = current()
    headers = {"x-request-id": journey.correlation_id}
    if journey.traceparent is not None:
        headers["traceparent"] = journey.traceparent
    if journey.tracestate is not None:
        headers["tracestate"] = journey.tracestate
    return headers


def exports() -> bool:
    """Whether anybody takes spans at all."""
    return _Way.exporter is not None
