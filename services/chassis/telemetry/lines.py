"""Log lines on their way out: kept for a moment, written in blocks by a thread of their own.

A line waits a twentieth of a second at the most, and nobody waits for a line. What was told is
written before the process ends: at its end in good order, at an error that nobody caught, at
SIGTERM; whoever tells of an error has it written at once. It refuses to fail or to grow: a reader
that went away, or stopped reading, loses lines, not requests.
"""

from __future__ import annotations

import atexit
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import BinaryIO

DELAY = 0.05
_MOST_BYTES = 8 << 20
_PATIENCE = 2.0  # seconds for a reader that has stopped reading


class Lines:
    """Whole lines to one stream in the order in which they came, from any thread."""

    def __init__(
        self,
        stream: BinaryIO,
        *,
        delay: float,
        lost: Callable[[int], object] = lambda _: None,
        most: int = _MOST_BYTES,
    ) -> None:
        """A line waits `delay` seconds for others; with 0 it is written as it comes.

        `lost` is told how many lines found no room while nobody read; `most` is the room in bytes.
        """
        # unbuffered, so that a block which is being written at the end is nobody else's
        self._stream: BinaryIO = getattr(stream, "raw", stream)
        self._delay = delay
        self._lost = lost
        self._most = most
        self._waiting: list[bytes] = []
        self._size = 0
        self._refused = 0
        # a signal, or what the collector of garbage ends, may tell something in the midst of this
        self._adding = threading.RLock()
        self._writing = threading.RLock()
        self._called = threading.Event()
        if delay:
            threading.Thread(target=self._run, name="log-lines", daemon=True).start()

    def add(self, line: bytes, *, urgent: bool = False) -> None:
        """Have this line written; `urgent`: before this returns."""
        with self._adding:
            if self._size > self._most:
                self._refused += 1
                return
            self._waiting.append(line)
            self._size += len(line)
        if urgent or not self._delay:
            self.flush()
        elif not self._called.is_set():
            self._called.set()

    def flush(self) -> None:
        """Write what waits, unless somebody has been at it for too long."""
        if not self._writing.acquire(timeout=_PATIENCE):
            return
        fresh: list[bytes] = []
        try:
            with self._adding:
                waiting, self._waiting = self._waiting, fresh
                self._size = 0
                refused, self._refused = self._refused, 0
            self._write(b"".join(waiting))
        finally:
            self._writing.release()
        if refused:
            self._lost(refused)

    def _write(self, block: bytes) -> None:
        left = memoryview(block)
        with suppress(OSError, ValueError):  # nobody reads any more
            while left:
                left = left[self._stream.write(left) :]

    def _run(self) -> None:
        while True:
            self._called.wait()
            time.sleep(self._delay)
            self._called.clear()
            self.flush()


def write_before_the_end(lines: Lines) -> None:
    """Whichever way the process ends, short of SIGKILL: nothing that was told is left behind."""
    atexit.register(lines.flush)
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.getsignal(signal.SIGTERM)
    if before is not signal.SIG_DFL:
        return

    def ended(number: int, _: FrameType | None) -> None:
        lines.flush()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    # uvicorn has its own while it serves, stops in good order, and raises the signal again
    signal.signal(signal.SIGTERM, ended)
