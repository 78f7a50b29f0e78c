"""Structured logs: one JSON object a line, with service and journey; never personal data.

Our own lines go straight from structlog to the stream: the detour over the standard library costs
three times as much, and every step of a journey leaves a line. For the same reason a line is made
in one step and not by a chain of them. Libraries' warnings end in the same shape.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson
import structlog
from structlog.typing import EventDict

from services.chassis.foundation.faults import redacted_with_frames
from services.chassis.telemetry.journey import known
from services.chassis.telemetry.lines import DELAY, Lines, write_before_the_end

_LONGEST = 1_000
_LONGEST_TRACE = 20_000
_URGENT = frozenset({"error", "critical"})
_exception_of = structlog.processors.ExceptionRenderer(redacted_with_frames)


class Line:
    """Makes a line of what is told: the one processor of structlog."""

    def __init__(self, service: str, render: Callable[[EventDict], str | bytes]) -> None:
        self._service = service
        self._render = render

    def __call__(self, logger: Any, level: str, told: EventDict) -> bytes:
        """The line of this logger, with all that every line has."""
        event: EventDict = {
            "timestamp": datetime.now(UTC).isoformat()[:-6] + "Z",
            "level": level,
            "service": self._service,
            "event": None,
            **told,
            "logger": logger.name,
        }
        if "exc_info" in event:
            event = dict(_exception_of(logger, level, event))
        _add_journey(event)
        _bound(event)
        line = self._render(event)
        return line if isinstance(line, bytes) else line.encode(errors="backslashreplace") + b"\n"


def _add_journey(event: EventDict) -> None:
    """The ids of the running journey: what `make journey` puts lines together by."""
    journey = known()
    if journey is None:
        return
    event.setdefault("correlation_id", journey.correlation_id)
    if journey.traceparent is not None:
        event.setdefault("trace_id", journey.trace_id)
    if journey.causation_id is not None:
        event.setdefault("causation_id", journey.causation_id)


def _bound(event: EventDict) -> None:
    """No value makes a line longer than a person reads, wherever it came from."""
    for name, value in event.items():
        if isinstance(value, str) and len(value) > _LONGEST:
            most = _LONGEST_TRACE if name == "exception" else _LONGEST
            if len(value) > most:
                event[name] = f"{value[:most]}… ({len(value)} characters)"


def _json(event: EventDict) -> str | bytes:
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a character, a number beyond 64 bits
        return json.dumps(event, default=str)


def _for_people() -> Callable[[EventDict], str]:
    renderer = structlog.dev.ConsoleRenderer(colors=False)
    return lambda event: renderer(None, "", event)


class _Logger:
    """Takes the lines of one of our loggers."""

    __slots__ = ("_lines", "name")

    def __init__(self, name: str, lines: Lines) -> None:
        self.name = name
        self._lines = lines

    def info(self, line: bytes) -> None:
        self._lines.add(line)

    def error(self, line: bytes) -> None:
        self._lines.add(line, urgent=True)

    debug = warning = info
    critical = error


class _Libraries(logging.Handler):
    """The lines of the standard library's loggers, on the same stream."""

    def __init__(self, line: Line, lines: Lines) -> None:
        super().__init__()
        self._line = line
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname.lower()
        try:
            told: EventDict = {"event": record.getMessage()}
            if record.exc_info:
                told["exc_info"] = record.exc_info
            line = self._line(record, level, told)
        except Exception:
            self.handleError(record)
        else:
            self._lines.add(line, urgent=level in _URGENT)


_LIBRARIES: Mapping[str, int] = {
    "aiokafka": logging.ERROR,
    "opentelemetry": logging.CRITICAL,  # `otlp` says once that nobody takes the spans
    "urllib3": logging.ERROR,
    "uvicorn": logging.INFO,
    "uvicorn.access": logging.WARNING,
}


def configure(
    service: str,
    *,
    fmt: str = "json",
    level: str = "INFO",
    stream: BinaryIO | None = None,
    delay: float = 0,
) -> None:
    """Send structlog and the standard library's loggers to one stream in one shape.

    A `stream` that is given gets each line as it comes, or in blocks after `delay` seconds; stdout
    gets them in blocks (see `lines`).
    """
    if stream is None:
        lines = Lines(sys.stdout.buffer, delay=DELAY, lost=_tell_lost)
        write_before_the_end(lines)
    else:
        lines = Lines(stream, delay=delay)
    line = Line(service, _json if fmt == "json" else _for_people())
    structlog.configure(
        processors=[line],
        logger_factory=lambda *names: _Logger(names[0] if names else service, lines),
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Libraries(line, lines)]
    # Of libraries only what went wrong, whatever our own level: fontTools tells at INFO which
    # letters a document has, and the database driver at DEBUG what is written.
    root.setLevel(logging.WARNING)
    for name, at in _LIBRARIES.items():
        logging.getLogger(name).setLevel(at)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True


def _tell_lost(lines: int) -> None:
    structlog.get_logger(__name__).warning("nobody read this log; lines were lost", lines=lines)
