"""One child process that cannot outlive us, and the log of what it says.

Knows nothing of what the process does. It refuses to run anything through a shell.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

TAIL_LINES = 40
_LEASH = Path(__file__).with_name("leash.py")


@cache
def _spawner() -> ThreadPoolExecutor:
    # The kernel sends the death signal when the *thread* that forked ends, not the process; one
    # thread that lives as long as we do starts everything.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class Child:
    """A process with its own process group whose output goes to a file and to a listener."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        redacted: Callable[[bytes], bytes] = bytes,
    ) -> None:
        """`log`: a file its output is appended to; `on_line`: called with each line.

        Both, and whoever asks for the tail, get a line as `redacted` leaves it.
        """
        self.name = name
        self.log = log
        self._argv = list(argv)
        self._env = dict(env)
        self._cwd = cwd
        self._on_line = on_line
        self._redacted = redacted
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        """How the last run ended; a negative number is a signal."""
        return self._process.poll() if self._process else None

    def tail(self) -> list[str]:
        """The last lines it printed."""
        if self._pump and not self.alive:
            self._pump.join(timeout=1)  # what was still in the pipe
        return list(self._tail)

    def start(self) -> None:
        """Start it; a program that is not there ends at once with status 126 or 127."""
        if self.alive:
            return
        self._tail.clear()
        process = _spawner().submit(self._spawn).result()
        self._process = process
        self._pump = threading.Thread(
            target=self._read, args=(process,), name=f"log-{self.name}", daemon=True
        )
        self._pump.start()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *self._argv],
            env=self._env,
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is ours to hand on, in our order
        )

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(cast("BinaryIO", process.stdout))
            file = stack.enter_context(self.log.open("ab")) if self.log else None
            for raw in map(self._redacted, output):
                if file:
                    file.write(raw)
                    file.flush()
                line = raw.decode("utf-8", "replace").rstrip()
                self._tail.append(line)
                if self._on_line:
                    self._on_line(line)

    def wait(self, timeout: float) -> bool:
        """Wait for its end; whether it came."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and everything it started."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def stop(self, grace: float = 5.0) -> None:
        """Ask it to end, insist after `grace` seconds; returns when it is gone."""
        if self.alive:
            self.signal(signal.SIGTERM)
            self.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End it and whatever it left behind, now."""
        self.signal(signal.SIGKILL)
        self.wait(5)
        if self._pump:
            self._pump.join(timeout=1)


def python(module: str, *args: str) -> list[str]:
    """The command line of a Python module of ours, in this same environment."""
    return [sys.executable, "-m", module, *args]
