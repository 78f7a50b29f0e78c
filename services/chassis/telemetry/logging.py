"""Structured logs: one JSON object a line, with service and journey; never personal data.

Our own lines go straight from structlog to the stream: the detour over the standard library costs
three times as much, and every step of a journey leaves a line. Libraries' warnings end in the same
shape. It refuses to fail: a reader that went away loses lines, not requests.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor

from services.chassis.foundation.faults import redacted_with_frames
from services.chassis.telemetry.journey import known

_FIRST = ("timestamp", "level", "service", "event")
_LONGEST = 1_000
_LONGEST_TRACE = 20_000


def _json(event: dict[str, Any], **_: Any) -> str:
    ordered = {name: event.pop(name, None) for name in _FIRST} | event
    return orjson.dumps(ordered, default=str).decode()


def add_journey(_: Any, __: str, event: EventDict) -> EventDict:
    """The ids of the running journey: what `make journey` puts lines together by."""
    journey = known()
    if journey is not None:
        event.setdefault("correlation_id", journey.correlation_id)
        if journey.traceparent is not None:
            event.setdefault("trace_id", journey.trace_id)
        if journey.causation_id is not None:
            event.setdefault("causation_id", journey.causation_id)
    return event


def bounded(_: Any, __: str, event: EventDict) -> EventDict:
    """No value makes a line longer than a person reads, wherever it came from."""
    for name, value in event.items():
        if isinstance(value, str) and len(value) > _LONGEST:
            most = _LONGEST_TRACE if name == "exception" else _LONGEST
            if len(value) > most:
                event[name] = f"{value[:most]}… ({len(value)} characters)"
    return event


class _Stream:
    """Whole lines on one stream, from any thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        with self._lock:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):
                return  # nobody reads any more

    def flush(self) -> None:
        """Every write is flushed."""


class _Lines:
    """What structlog writes to: knows its name, which `add_logger_name` asks for."""

    def __init__(self, stream: _Stream, name: str) -> None:
        self.name = name
        self._stream = stream

    def msg(self, line: str) -> None:
        self._stream.write(line + "\n")

    debug = info = warning = error = critical = msg


def configure(
    service: str, *, fmt: str = "json", level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Send structlog and the standard library's loggers to one stream in one shape.

    `stream` is stdout unless given.
    """
    out = _Stream(stream or sys.stdout)

    def named(_: Any, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_journey,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(redacted_with_frames),
        named,
        bounded,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_json)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=lambda *names: _Lines(out, names[0] if names else service),
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Of libraries only what went wrong, whatever our own level: fontTools tells at INFO which
    # letters a document has, and the database driver at DEBUG what is written.
    root.setLevel(logging.WARNING)
    for name, at in (
        ("aiokafka", logging.ERROR),
        ("opentelemetry", logging.CRITICAL),  # `otlp` says once that nobody takes the spans
        ("urllib3", logging.ERROR),
        ("uvicorn", logging.INFO),
        ("uvicorn.access", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(at)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
