"""The parent's side of one worker process: ask it, wait for a bounded time, kill it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.files import Inspected
from services.documents.uploads.errors import FileBrokenError, FileRefusedError, InspectionAwayError
from services.documents.uploads.gateways.inspection import worker

_LONGEST_ANSWER = 256 * 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one file may take: bytes of address space, processor seconds, seconds on the clock.

    `start_seconds` is how long a process may need to start, `wait_seconds` how long a file may wait
    for one.
    """

    memory: int = worker.MEMORY
    cpu_seconds: int = worker.CPU_SECONDS
    seconds: float = 20.0
    start_seconds: float = 20.0
    wait_seconds: float = 30.0


class NoAnswerError(Exception):
    """The process died or ran out of time; `failed` if it could not cope with the file."""

    def __init__(self, reason: str, *, failed: bool = False) -> None:
        super().__init__(reason)
        self.failed = failed


class WorkerProcess:
    """One process that looks into one file at a time."""

    def __init__(self, process: Process, limits: Limits) -> None:
        """Take a running process; use `start`."""
        assert process.stdin is not None  # noqa: S101 - both are pipes, see `start`
        assert process.stdout is not None  # noqa: S101 - as above
        self._process = process
        self._to, self._from = process.stdin, process.stdout
        self._limits = limits
        self._ready = False
        self.answered = True
        self.served = 0

    @classmethod
    async def start(cls, limits: Limits, trusted: Sequence[Path] = ()) -> Self:
        """Start a process; it gets ready meanwhile. `trusted` is where it finds public roots.

        Raises:
            InspectionAwayError: the system gives no process.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                worker.__name__,
                str(limits.memory),
                str(limits.cpu_seconds),
                *map(str, trusted),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
                start_new_session=True,  # Ctrl-C is for us; it ends when its stdin does
            )
        except OSError as error:
            message = f"no process for inspections: {error}"
            raise InspectionAwayError(message) from error
        return cls(process, limits)

    @property
    def alive(self) -> bool:
        """Whether the process runs, as far as we know."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait until it takes files.

        Raises:
            InspectionAwayError: it does not get there, and no file is the reason.
        """
        if self._ready:
            return
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                self._ready = await self._from.readline() == worker.READY
        except TimeoutError as error:
            message = "the process for inspections does not start in time"
            raise InspectionAwayError(message) from error
        if not self._ready:
            message = "the process for inspections does not start"
            raise InspectionAwayError(message)

    async def inspect(self, kind: MediaType, content: bytes, *, sealed: bool = False) -> Inspected:
        """What the process finds in this file; what was `sealed` here is not judged.

        Raises:
            FileRefusedError: as the process said.
            NoAnswerError: none that makes sense, or none in time; it has to be stopped.
            InspectionAwayError: it has no roots to check signatures against.
        """
        self.answered = False
        try:
            async with asyncio.timeout(self._limits.seconds):
                said, kept = await self._ask(kind, content, sealed=sealed)
            if "away" in said:
                raise InspectionAwayError(str(said["away"]))
            if "pages" not in said:
                raise _refused(str(said["refused"]), str(said["detail"]))
            answer = Inspected(
                kind,
                kept or content,
                pages=int(said["pages"]),
                dpi=None if said["dpi"] is None else int(said["dpi"]),
                signatures=worker.SIGNATURES.validate_python(said["signatures"]),
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:  # also TimeoutError
            failed = not isinstance(error, OSError | EOFError)
            raise NoAnswerError(type(error).__name__, failed=failed) from error
        except FileRefusedError:
            self._done()
            raise
        self._done()
        return answer

    async def _ask(
        self, kind: MediaType, content: bytes, *, sealed: bool
    ) -> tuple[dict[str, Any], bytes]:
        asked = {"kind": kind.value, "size": len(content), "sealed": sealed}
        self._to.write(json.dumps(asked).encode() + b"\n")
        self._to.write(content)
        await self._to.drain()
        line = await self._from.readline()
        if not line:
            raise EOFError  # it died
        said: dict[str, Any] = json.loads(line)
        if "failed" in said or not 0 <= said["size"] <= _LONGEST_ANSWER:
            message = "the process failed"
            raise ValueError(message)
        return said, await self._from.readexactly(said["size"])

    def _done(self) -> None:
        self.answered = True
        self.served += 1

    async def stop(self) -> None:
        """Kill it, whatever it does, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._to.close()
        await self._process.wait()


def _refused(code: str, detail: str) -> FileRefusedError:
    """The refusal that the process came to, as an error of this one."""
    kind = next((k for k in FileRefusedError.__subclasses__() if k.code == code), FileBrokenError)
    made = kind.__new__(kind)
    FileRefusedError.__init__(made, detail)
    return made
