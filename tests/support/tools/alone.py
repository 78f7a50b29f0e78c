"""Tests that are marked `alone` run while no other worker of the same run has a test.

What measures (an overload, how soon a replica leaves) must not measure the neighbour's test. All
workers share a room; who wants it alone closes the door behind the others and waits until the last
of them has left, so nobody waits longer than one test. Waiting is not the test's time.
"""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest


class Alone:
    """A plugin of one worker; `run` is what all workers of a run have in common."""

    def __init__(self, run: str) -> None:
        names = (f"zdorovie-{run}.{part}" for part in ("door", "room"))
        self._paths = [Path(tempfile.gettempdir(), name) for name in names]
        self._door, self._room = (path.open("w") for path in self._paths)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around everything of a test, before its time begins."""
        fcntl.flock(self._door, fcntl.LOCK_EX)
        alone = item.get_closest_marker("alone") is not None
        fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(self._door, fcntl.LOCK_UN)
        try:
            return (yield)
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)

    def pytest_unconfigure(self) -> None:
        """Remove the files; whoever still runs has them open."""
        for file, path in zip((self._door, self._room), self._paths, strict=True):
            file.close()
            path.unlink(missing_ok=True)
