"""The parent's side of the process that reads a file: it is asked for line after line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from services.importing.errors import ImportRefusedError, ReadingAwayError, ReadingFailedError
from services.importing.parsing import worker
from services.importing.parsing.limits import MEBIBYTE
from services.importing.parsing.rows import Found, Heading

_MEMORY = 1024 * MEBIBYTE
_CPU_SECONDS = 120
_LONGEST_LINE = 1 << 20


@asynccontextmanager
async def reading(
    content: bytes, table: str | None
) -> AsyncIterator[AsyncIterator[Heading | Found]]:
    """The rows of a file as a stream; `table` names that of a CSV file.

    Whoever does not read on keeps the process waiting, and leaving the block ends it.

    Raises:
        ReadingAwayError: there is no process to be had.
        ImportRefusedError: (in the stream) the file cannot be read.
    """
    process = await _start(table)
    feeding = asyncio.create_task(_feed(process, content))
    try:
        yield _rows(process)
    finally:
        feeding.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await _emptied(process)
        await process.wait()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await feeding


async def _emptied(process: Process) -> None:
    """Read what is left: while its output waits to be read, nobody is told that it ended."""
    assert process.stdout is not None  # noqa: S101 - a pipe, see `_start`
    while await process.stdout.read(_LONGEST_LINE):
        pass


async def _start(table: str | None) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            worker.__name__,
            str(_MEMORY),
            str(_CPU_SECONDS),
            *([table] if table else []),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=_LONGEST_LINE,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
            start_new_session=True,  # Ctrl-C is for us; it ends when its stdin does
        )
    except OSError as error:
        message = f"no process to read files with: {error}"
        raise ReadingAwayError(message) from error


async def _feed(process: Process, content: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - a pipe, see `_start`
    with contextlib.suppress(ConnectionError):  # it died; its output says the rest
        process.stdin.write(content)
        await process.stdin.drain()
    process.stdin.close()


async def _next(output: StreamReader) -> bytes:
    try:
        return await output.readline()
    except ValueError as error:  # longer than any line of the worker's
        raise ReadingFailedError from error


async def _rows(process: Process) -> AsyncIterator[Heading | Found]:
    assert process.stdout is not None  # noqa: S101 - a pipe, see `_start`
    while line := await _next(process.stdout):
        said: Mapping[str, Any] = orjson.loads(line)
        if "row" in said:
            yield Found(**said["row"])
        elif "heading" in said:
            yield Heading(**said["heading"])
        elif "refused" in said:
            raise ImportRefusedError(said["refused"], said["detail"])
        else:
            return
    raise ReadingFailedError
