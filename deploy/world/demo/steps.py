"""Printing a journey: each step with its time, and what came out of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.world.demo.gateway import DemoFailedError


class Steps:
    """Prints steps as they are done; `quiet` for tests."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._started = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def part(self, title: str) -> None:
        """A heading."""
        self._say(f"\n{title}")

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """One step; what is appended to the list is printed behind it."""
        notes: list[str] = []
        started = time.perf_counter()
        try:
            yield notes
        except Exception:
            self._say(f"  ✗ {title}")
            raise
        took = time.perf_counter() - started
        self.seconds[title] = took
        tail = f" · {'; '.join(notes)}" if notes else ""
        self._say(f"  ✓ {took * 1000:7.0f} мс  {title}{tail}")

    def done(self) -> None:
        """The last line."""
        self._say(f"\nВсё сошлось за {time.perf_counter() - self._started:.1f} с.")

    def _say(self, line: str) -> None:
        if not self._quiet:
            print(line, flush=True)


def require(condition: object, message: str) -> None:
    """Check one thing.

    Raises:
        DemoFailedError: it is not so.
    """
    if not condition:
        raise DemoFailedError(message)
