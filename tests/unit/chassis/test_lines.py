"""Lines are written in blocks, and none of them is lost for that (O2)."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time

import orjson
import pytest

from deploy import ROOT
from services.chassis.telemetry.lines import Lines
from tests.support.eventually import eventually

_TELL = """
import os, signal, sys, structlog
from services.chassis.telemetry.logging import configure
configure("test")
log = structlog.get_logger("x")
for n in range(1000):
    log.info("told", n=n)
"""
_ENDS = {
    "its last line": ("", 0),
    "an error that nobody caught": ("raise RuntimeError", 1),
    "sys.exit": ("sys.exit(3)", 3),
    "SIGTERM": ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    "SIGKILL, after an error was told": (
        "log.error('trouble'); os.kill(os.getpid(), signal.SIGKILL)",
        -signal.SIGKILL,
    ),
}


@pytest.mark.parametrize("end", _ENDS)
def test_what_was_told_is_written_however_the_process_ends(end: str) -> None:
    code, status = _ENDS[end]
    done = subprocess.run(
        [sys.executable, "-c", _TELL + code], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == status
    told = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [line["n"] for line in told if line["event"] == "told"] == list(range(1000))


def test_a_server_that_is_stopped_tells_its_end() -> None:
    """The server raises the signal again when it has stopped: the process dies of it."""
    code = """
import signal, threading, uvicorn, structlog
from services.chassis.telemetry.logging import configure
configure("test")
async def app(scope, receive, send):
    await receive(), await send({"type": "lifespan.startup.complete"})
    threading.Timer(0.2, signal.raise_signal, (signal.SIGTERM,)).start()
    await receive(), structlog.get_logger("x").info("stopping")
    await send({"type": "lifespan.shutdown.complete"})
uvicorn.run(app, port=0, log_config=None)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGTERM
    told = [orjson.loads(line)["event"] for line in done.stdout.splitlines()]
    assert "stopping" in told
    assert told[-1].startswith("Finished server process")


async def test_a_line_waits_a_moment_and_is_written_in_its_order() -> None:
    stream = io.BytesIO()
    lines = Lines(stream, delay=0.01)
    for n in range(100):
        lines.add(b"%d\n" % n)
    await eventually(lambda: len(stream.getvalue().splitlines()) == 100)
    assert stream.getvalue().splitlines() == [b"%d" % n for n in range(100)]


def test_an_error_takes_along_what_was_told_before_it() -> None:
    stream = io.BytesIO()
    lines = Lines(stream, delay=3600)
    lines.add(b"first\n")
    assert stream.getvalue() == b""
    lines.add(b"trouble\n", urgent=True)
    assert stream.getvalue() == b"first\ntrouble\n"


class Interrupted(io.BytesIO):
    """A signal arrives while a block is written, and its handler tells of it."""

    lines: Lines

    def write(self, data: bytes) -> int:  # type: ignore[override] # bytes is all that comes
        if bytes(data) == b"first\n":
            self.lines.add(b"second\n", urgent=True)
        return super().write(data)


def test_who_tells_something_in_the_midst_of_a_line_waits_for_nobody() -> None:
    stream = Interrupted()
    stream.lines = Lines(stream, delay=3600)
    stream.lines.add(b"first\n", urgent=True)
    assert stream.getvalue() == b"first\nsecond\n"  # and parts no line in two


@pytest.mark.parametrize("delay", [0.001, 0.3])
def test_an_error_that_nobody_reads_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    """Whether the lines' own thread is stuck in a block, or the error finds the pipe full."""
    monkeypatch.setattr("services.chassis.telemetry.lines._PATIENCE", 0.5)
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "wb", buffering=0) as pipe:
        lines = Lines(pipe, delay=delay)
        told = [b"%d " % n + b"x" * 996 + b"\n" for n in range(200)]
        for line in told:
            lines.add(line)
        time.sleep(0.1)
        before = time.monotonic()
        for _ in range(20):
            lines.add(b"trouble\n", urgent=True)
        assert time.monotonic() - before < 2
        for line in [*told, *[b"trouble\n"] * 20]:
            assert reader.readline() == line
        before = time.monotonic()
        lines.add(b"again\n", urgent=True)
        assert reader.readline() == b"again\n"


async def test_a_reader_that_stopped_reading_costs_lines_and_no_time() -> None:
    """Bounded, counted, and told of when somebody reads again; nobody waits meanwhile."""
    lost: list[int] = []
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "wb", buffering=0) as pipe:
        lines = Lines(pipe, delay=0.001, lost=lost.append, most=200_000)
        line = b"x" * 999 + b"\n"
        for _ in range(2_000):
            lines.add(line)
        assert lost == []
        got: list[bytes] = []
        reading = threading.Thread(target=lambda: got.extend(iter(reader.readline, b"")))
        reading.start()
        await eventually(lambda: lost)
        lines.add(b"again\n")
        await eventually(lambda: got[-1:] == [b"again\n"])
        assert set(got[:-1]) == {line}
        assert sum(lost) == 2_000 - len(got[:-1])
        pipe.close()
        reading.join(5)
