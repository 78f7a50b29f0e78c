"""Spans and log lines of this process, kept for a test to look at."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from services.chassis.telemetry.logging import configure
from services.chassis.telemetry.tracing import Ended, exporting


@dataclass
class Kept:
    """An exporter that keeps all (see `tracing.Exporter`)."""

    ratio: float = 1.0
    spans: list[Ended] = field(default_factory=list)

    def take(self, ended: Ended) -> None:
        """Keep it."""
        self.spans.append(ended)

    def named(self, name: str) -> Ended:
        """The one span of this name."""
        (found,) = [s for s in self.spans if s.span.name == name]
        return found


@contextmanager
def keeping(ratio: float = 1.0) -> Iterator[Kept]:
    """Spans that end inside the block."""
    kept = Kept(ratio)
    with exporting(kept):
        yield kept


@dataclass
class Said:
    """What was logged, as it would stand in the file."""

    stream: io.BytesIO = field(default_factory=io.BytesIO)

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue().decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line, parsed: one that is no JSON fails the test."""
        return [orjson.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        """The lines of this kind."""
        return [line for line in self.lines if line["event"] == event]


@contextmanager
def listening(service: str = "test", *, level: str = "INFO") -> Iterator[Said]:
    """Log lines of the block, made as a service makes them."""
    import logging

    said, root = Said(), logging.getLogger()
    before, handlers = root.level, list(root.handlers)
    kept = structlog.get_config()
    configure(service, level=level, stream=said.stream)
    # loggers of modules are made at first use and kept: those must see the next configuration
    structlog.configure(cache_logger_on_first_use=False)
    try:
        yield said
    finally:
        structlog.configure(**kept)
        root.setLevel(before)
        root.handlers[:] = handlers
