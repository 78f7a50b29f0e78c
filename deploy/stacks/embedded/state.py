"""What a running stack leaves for others to find: a lock, and `stack.json`.

The lock is the kernel's and goes with the process, so a crash leaves no stale one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from deploy.stacks.embedded.errors import AlreadyRunningError

LOCK_NAME = "stack.lock"
STATE_NAME = "stack.json"


class Lock:
    """One supervisor per directory."""

    def __init__(self, run_dir: Path) -> None:
        """`run_dir` is made if need be."""
        self._run_dir = run_dir
        self._file = run_dir / LOCK_NAME
        self._fd: int | None = None

    def take(self) -> Self:
        """Take the lock for the rest of this process.

        Raises:
            AlreadyRunningError: another process holds it.
        """
        self._run_dir.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise AlreadyRunningError(self._run_dir, self.holder()) from None
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode())
        self._fd = fd
        return self

    def release(self) -> None:
        """Let it go; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def holder(self) -> int | None:
        """The process id written by whoever took it last."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._file.read_text())
        return None

    def held(self) -> bool:
        """Whether some process holds it now."""
        try:
            fd = os.open(self._file, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False


def stop_running(run_dir: Path, within: float = 20.0) -> str:
    """Ask the stack over `run_dir` to end and wait for it; what happened, in one line.

    Raises:
        TimeoutError: it is still there.
    """
    lock = Lock(run_dir)
    pid = lock.holder()
    if not lock.held() or pid is None:
        return "the stack is not running"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    started = time.monotonic()
    while time.monotonic() - started < within:
        if not lock.held():
            return f"the stack (process {pid}) has stopped in {time.monotonic() - started:.1f} s"
        time.sleep(0.05)
    message = f"the stack (process {pid}) has not stopped within {within:.0f} s"
    raise TimeoutError(message)


def write_state(run_dir: Path, state: Mapping[str, Any]) -> None:
    """Replace `stack.json` in one step; only the owner may read it, since it holds secrets."""
    target = run_dir / STATE_NAME
    fresh = target.with_suffix(".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        json.dump(state, file, ensure_ascii=False, indent=1)
    fresh.replace(target)


def read_state(run_dir: Path) -> dict[str, Any] | None:
    """What the running stack says of itself; None when none runs."""
    with contextlib.suppress(OSError, ValueError):
        state: dict[str, Any] = json.loads((run_dir / STATE_NAME).read_text(encoding="utf-8"))
        return state if Lock(run_dir).held() else None
    return None


def remove_state(run_dir: Path) -> None:
    """Nobody runs any more."""
    with contextlib.suppress(OSError):
        (run_dir / STATE_NAME).unlink()
