"""The log lines by which a journey can be followed: one for each step that it takes.

    request, event recorded, events published, event handled, timer run, outside call

Each carries `correlation_id`, `trace_id` and `causation_id` (by `logging.add_journey`) and the ids
of the step itself, never a value that somebody typed. `make journey` reads them (see
deploy/watch/journey); whoever renames a field changes it there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import structlog
from aiokafka import ConsumerRecord

from contracts.envelope import Data, Event
from services.chassis.database.client import Document
from services.chassis.foundation.faults import redacted
from services.chassis.telemetry.tracing import Kind, Value, exports, recorded, span

log = structlog.get_logger("steps")

_MOST_IN_A_LINE = 50
_BAD = frozenset({"backed-off", "dead-letter", "failed"})


@cache
def _ids_of(data: type[Data]) -> tuple[str, ...]:
    """The fields that name other things by id: a printed number opens the public check."""
    return tuple(name for name in data.model_fields if name.endswith("_id"))


def ids_in(data: Data) -> dict[str, str]:
    """Which things an event tells of, so that a journey can be found by each of them."""
    found = ((name, getattr(data, name)) for name in _ids_of(type(data)))
    return {name: value for name, value in found if isinstance(value, str)}


def tell_recorded(events: Sequence[Event[Any]], seconds: float) -> None:
    """These events committed, in a transaction that took so long."""
    for event in events:
        log.info(
            "event recorded",
            event_id=event.id,
            type=event.type,
            aggregate_id=event.aggregateid,
            seq=event.seq,
            ids=ids_in(event.data),
            ms=round(seconds * 1000, 1),
        )


@dataclass
class Run:
    """One try of what came by itself, an event or a timer, and what came of it."""

    outcome: str = "backed-off"


@contextmanager
def handling(event: Event[Any], consumer: str, record: ConsumerRecord[Any, Any]) -> Iterator[Run]:
    """Around one try of an event's handler: a span, and the line that says what came of it."""
    attributes: dict[str, Value] = {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.consumer.group.name": consumer,
        "messaging.kafka.offset": record.offset,
        "messaging.message.id": event.id,
        "event.type": event.type,
    }
    run, started, why = Run(), time.perf_counter(), {}
    with span(f"process {record.topic}", Kind.CONSUMER, **attributes) as told_of:
        try:
            yield run
        except Exception as error:
            why = {"error": redacted(error)}
            raise
        finally:
            told_of.set(outcome=run.outcome)
            if run.outcome in _BAD:
                told_of.failed(run.outcome)
            _level(run.outcome)(
                "event handled",
                event_id=event.id,
                type=event.type,
                aggregate_id=event.aggregateid,
                outcome=run.outcome,
                ms=_ms(started),
                **why,
            )


@contextmanager
def running(kind: str, key: str, attempt: int, set_by: str | None) -> Iterator[Run]:
    """Around one run of a timer: a span, and the line that says what came of it."""
    run, started = Run(), time.perf_counter()
    attributes: dict[str, Value] = {"timer.kind": kind, "timer.attempt": attempt}
    with span(f"timer {kind}", **attributes) as told_of:
        try:
            yield run
        finally:
            told_of.set(outcome=run.outcome)
            if run.outcome in _BAD:
                told_of.failed(run.outcome)
            log.info(
                "timer run",
                kind=kind,
                key=key,
                outcome=run.outcome,
                attempt=attempt,
                set_by=set_by,
                ms=_ms(started),
            )


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _level(outcome: str) -> Callable[..., None]:
    tell: Callable[..., None] = log.warning if outcome == "backed-off" else log.info
    return tell


def tell_published(published: Sequence[Document], began: int) -> None:
    """Kafka confirmed these records, sent at `began` (ns since the epoch).

    One line for many: the relay moves thousands a second, and a line for each would cost as much
    as the rest of it.
    """
    if exports():
        for document in published:
            _span_of(document, began)
    now = datetime.now(UTC)
    for first in range(0, len(published), _MOST_IN_A_LINE):
        part = published[first : first + _MOST_IN_A_LINE]
        log.info(
            "events published",
            ms=round((time.time_ns() - began) / 1e6, 1),
            events=[_in_line(document, now) for document in part],
        )


def _in_line(document: Document, now: datetime) -> dict[str, Any]:
    traceparent = document.get("traceparent")
    return {
        "event_id": document["_id"],
        "type": document["type"],
        "correlation_id": document.get("correlationid"),
        "trace_id": traceparent[3:35] if traceparent else None,
        "waited_ms": round((now - document["recorded_at"]).total_seconds() * 1000, 1),
    }


def _span_of(document: Document, began: int) -> None:
    attributes: dict[str, Value] = {
        "messaging.system": "kafka",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.destination.name": document["topic"],
        "messaging.message.id": document["_id"],
        "event.type": document["type"],
    }
    recorded(
        f"send {document['topic']}", Kind.PRODUCER, document.get("traceparent"), began, attributes
    )
