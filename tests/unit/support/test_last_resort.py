"""A test that hangs is ended by a clear message, whatever it hangs in; nothing is left of it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy import ROOT

_CONFTEST = """
from tests.support.tools.last_resort import LastResort

def pytest_configure(config):
    config.pluginmanager.register(LastResort(grace={grace}))
"""
_WAITS = "    await asyncio.Event().wait()\n"
_STUBBORN = f"""
import asyncio

async def test_waits():
{_WAITS}

async def test_stubborn():
    async def never_ends():
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass
    task = asyncio.create_task(never_ends())
{_WAITS}
"""
_IN_A_THREAD = """
import asyncio, threading

async def test_in_a_thread():
    await asyncio.to_thread(threading.Event().wait)
"""
_AT_EXIT = """
import threading

def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait).start()
"""
_ONE_QUICK_ONE_SLOW = """
import time

def test_quick():
    pass

def test_slow():
    time.sleep(4)
"""
_WITH_A_CHILD = """
import subprocess, sys, threading

def test_with_a_child():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("child", child.pid, flush=True)  # nobody flushes at such an end
    try:
        threading.Event().wait()
    finally:
        threading.Event().wait()
"""


def _run(
    directory: Path, code: str, *more: str, grace: int = 1
) -> subprocess.CompletedProcess[str]:
    (directory / "conftest.py").write_text(_CONFTEST.format(grace=grace))
    (directory / "test_it.py").write_text(code)
    (directory / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--timeout", "1", "-p", "no:randomly"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *more, str(directory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_a_test_that_hangs_in_its_end_ends_the_run(tmp_path: Path) -> None:
    """It is named, with what failed before, and where every thread stands."""
    ended = _run(tmp_path, _STUBBORN, grace=4)
    assert ended.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert "::test_stubborn does not end, 4 s after its time was up" in ended.stderr
    assert "Timeout (>1.0s) from pytest-timeout" in ended.stderr
    assert "asyncio/runners.py" in ended.stderr


def test_a_thread_that_outlives_all_tests_ends_the_run_too(tmp_path: Path) -> None:
    """After the summary."""
    ended = _run(tmp_path, _AT_EXIT)
    assert "1 passed" in ended.stdout
    assert ended.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert "pytest itself does not end, 1 s after its last word" in ended.stderr


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    """No process is left behind."""
    ended = _run(tmp_path, _WITH_A_CHILD)
    assert "::test_with_a_child does not end" in ended.stderr
    pid = int(ended.stdout.partition("child ")[2].split()[0])
    with contextlib.suppress(psutil.NoSuchProcess):
        child, until = psutil.Process(pid), time.monotonic() + 10
        while child.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until, "it lives on"
            time.sleep(0.02)  # a killed process is not gone in the same moment


def test_a_test_that_only_waits_fails_by_itself(tmp_path: Path) -> None:
    """The last resort is for nothing that the time limit can end."""
    ended = _run(tmp_path, _STUBBORN.partition("async def test_stubborn")[0], grace=30)
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    assert "Timeout (>1.0s) from pytest-timeout" in ended.stdout
    assert "THE RUN ENDS HERE" not in ended.stderr


def test_a_worker_that_hangs_fails_its_test_and_not_the_others(tmp_path: Path) -> None:
    """The run goes on without it, and ends; here it is a thread that is waited for."""
    ended = _run(tmp_path, _IN_A_THREAD + "\ndef test_other():\n    pass\n", "-n", "2", grace=2)
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED
    assert "crashed while running 'test_it.py::test_in_a_thread'" in ended.stdout
    assert " 1 passed" in ended.stdout
    assert "::test_in_a_thread does not end, 2 s after its time was up" in ended.stderr


def test_a_worker_that_is_done_waits_for_the_others(tmp_path: Path) -> None:
    """However long they take."""
    ended = _run(tmp_path, _ONE_QUICK_ONE_SLOW, "-n", "2", "--timeout", "60")
    assert "2 passed" in ended.stdout
    assert "ENDS HERE" not in ended.stderr
