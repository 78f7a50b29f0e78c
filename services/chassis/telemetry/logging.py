"""Structured logs: one JSON object a line, with service and journey; never personal data.

Our own lines go straight from structlog to the stream: the detour over the standard library costs
three times as much, and every step of a journey leaves a line. Libraries' warnings end in the same
shape. It refuses to fail: a reader that went away loses lines, not requests.
"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from typing import Any, BinaryIO

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
    try:
        return orjson.dumps(ordered, default=str).decode()
    except TypeError:  # half a character, a number beyond 64 bits
        return json.dumps(ordered, default=str)


def _encoded(_: Any, __: str, line: Any) -> bytes:
    return bytes(line, "utf-8", "backslashreplace")


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


class _Lines(structlog.BytesLogger):
    """Whole lines on one stream, from any thread; when nobody reads any more, it goes on."""

    __slots__ = ()

    def msg(self, message: bytes) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = msg


class _Libraries(logging.Handler):
    """The lines of the standard library's loggers, on the same stream."""

    def __init__(self, lines: _Lines, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record).encode(errors="backslashreplace")
        except Exception:
            self.handleError(record)
        else:
            self._lines.msg(line)


def configure(
    service: str, *, fmt: str = "json", level: str = "INFO", stream: BinaryIO | None = None
) -> None:
    """Send structlog and the standard library's loggers to one stream in one shape.

    `stream` is stdout unless given.
    """
    out = stream or sys.stdout.buffer

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
        processors=[*shared, renderer, _encoded],
        logger_factory=lambda *names: _Lines(out, name=names[0] if names else service),
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    root = logging.getLogger()
    root.handlers[:] = [_Libraries(_Lines(out), formatter)]
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
