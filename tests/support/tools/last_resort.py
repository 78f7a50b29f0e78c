"""The end of a run whose test hangs on after its time was up: whose it is, and where it stands.

pytest-timeout fails a test that takes too long, once. What hangs after that (a task that does not
let itself be cancelled, a thread that is waited for) would hang for ever and say nothing.
"""

from __future__ import annotations

import faulthandler
import os
import threading
from collections.abc import Generator
from typing import Protocol

import psutil
import pytest

_GRACE_SECONDS = 60.0


class Settings(Protocol):
    """What pytest-timeout tells of a test."""

    timeout: float | None


class LastResort:
    """A plugin: ends the whole run, with everything that it has started, and says why."""

    def __init__(self, *, grace: float = _GRACE_SECONDS) -> None:
        """Take how long a test may take to end after its time was up, and pytest after all."""
        self._grace = grace
        self._out = os.fdopen(os.dup(2), "w")  # while tests run it is captured
        self._failed: list[str] = []
        self._timer: threading.Timer | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_timeout_set_timer(
        self, item: pytest.Item, settings: Settings
    ) -> Generator[None, object, object]:
        """One more time limit, behind its own."""
        self._arm(
            (settings.timeout or 0) + self._grace,
            f"{item.nodeid} does not end, {self._grace:g} s after its time was up",
        )
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Until everything of it has ended: its own limit is over when it has failed."""
        try:
            return (yield)
        finally:
            self._disarm()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a summary would show: there may be none."""
        if report.failed:
            self._failed.append(f"{report.nodeid} ({report.when})\n{report.longreprtext}")

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Everything is said; what is left is to end. A worker waits for the others: not here."""
        if hasattr(config, "workerinput"):
            return
        self._failed.clear()
        self._arm(self._grace, f"pytest itself does not end, {self._grace:g} s after its last word")

    def _arm(self, seconds: float, message: str) -> None:
        self._disarm()
        self._timer = threading.Timer(seconds, self._end, [message])
        self._timer.daemon = True
        self._timer.start()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, message: str) -> None:
        print("", *self._failed, f"THE RUN ENDS HERE: {message}", sep="\n\n", file=self._out)
        self._out.flush()
        faulthandler.dump_traceback(self._out)
        for child in psutil.Process().children(recursive=True):
            child.kill()
        os._exit(pytest.ExitCode.INTERNAL_ERROR)
