"""Log lines on their way out: kept for a moment, written in blocks by a thread of their own.

A line waits a twentieth of a second at the most, and nobody waits for a line. What was told is
written before the process ends: at its end in good order, at an error that nobody caught, at
SIGTERM; whoever tells of an error has it written at once. It refuses to fail or to grow: a reader
that went away, or stopped reading, loses lines, not requests.
"""

from __future__ import annotations

import atexit
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import BinaryIO

DELAY = 0.05
_MOST_BYTES = 8 << 20
_PATIENCE = 2.0  # seconds for a reader that has stopped reading, once until it reads again
_NEVER_WAITS = 4096  # bytes for which there is room wherever a pipe says that there is some


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
        self._unread = False
        self._blocks = 0
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
        """Write what waits, unless nobody reads, or somebody has been at it for too long."""
        self._write_out(within=_PATIENCE)

    def _write_out(self, within: float | None) -> None:
        """Write what waits; with None for as long as it takes."""
        if within is not None and self._unread:
            within = 0
        if not self._writing.acquire(timeout=-1 if within is None else within):
            self._unread = True
            self._called.set()  # what came meanwhile is the next block
            return
        try:
            refused = self._write_blocks(within)
        finally:
            self._writing.release()
        if refused:
            self._lost(refused)

    def _write_blocks(self, within: float | None) -> int:
        """What waits, and what is told in the midst of it; how many lines had found no room."""
        self._blocks += 1
        if self._blocks > 1:  # told in the midst: it is the next block of whoever is at it
            return 0
        refused = 0
        try:
            while self._blocks:
                self._blocks = 1
                with self._adding:
                    fresh: list[bytes] = []
                    waiting, self._waiting = self._waiting, fresh
                    self._size = 0
                    refused += self._refused
                    self._refused = 0
                left = self._write(memoryview(b"".join(waiting)), within)
                self._unread = bool(left)
                if left:
                    self._put_back(bytes(left))
                    break
                self._blocks -= 1
        finally:
            self._blocks = 0
        return refused

    def _write(self, left: memoryview, within: float | None) -> memoryview:
        """What could not be written in time."""
        try:
            while left and (within is None or _has_room(self._stream, within)):
                most = len(left) if within is None else _NEVER_WAITS
                left = left[self._stream.write(left[:most]) :]
        except (OSError, ValueError):  # nobody reads any more
            return memoryview(b"")
        return left

    def _put_back(self, left: bytes) -> None:
        with self._adding:
            self._waiting.insert(0, left)
            self._size += len(left)
        self._called.set()

    def _run(self) -> None:
        while True:
            self._called.wait()
            time.sleep(self._delay)
            self._called.clear()
            self._write_out(within=None)


def _has_room(stream: BinaryIO, within: float) -> bool:
    """Whether some bytes would be taken at once; waits for that so many seconds."""
    try:
        number = stream.fileno()
    except OSError:  # in memory
        return True
    asked = select.poll()
    asked.register(number, select.POLLOUT)
    return bool(asked.poll(within * 1000))


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
