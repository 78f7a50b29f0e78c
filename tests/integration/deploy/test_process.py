"""No child outlives its parent, however the parent ends."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from deploy import ROOT
from deploy.stacks.embedded.process import TAIL_LINES, Child
from tests.support.eventually import eventually

# A parent that starts a stubborn child through `Child`, tells its pid and waits.
_PARENT = """
import sys, time
from pathlib import Path
from deploy.stacks.embedded.process import Child
script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
child = Child("child", [sys.executable, "-c", script], env={}, cwd=Path("."))
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


def _child(tmp_path: Path, code: str, *arguments: str) -> Child:
    return Child(
        "test",
        [sys.executable, "-c", code, *arguments],
        env={"PATH": "/usr/bin:/bin"},
        cwd=ROOT,
        log=tmp_path / "log",
    )


async def _first_line(child: Child) -> str:
    return await eventually(lambda: child.tail()[0] if child.tail() else None)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_a_child_dies_with_its_parent(tmp_path: Path, number: signal.Signals) -> None:
    parent = _child(tmp_path, _PARENT)
    parent.start()
    grandchild = int(await _first_line(parent))
    assert psutil.pid_exists(grandchild)
    assert parent.pid is not None
    os.kill(parent.pid, number)
    await eventually(lambda: not _runs(grandchild))


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_a_stubborn_child_and_what_it_started_are_ended(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen(['sleep', '600']).pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    child = _child(tmp_path, code)
    child.start()
    grandchild = int(await _first_line(child))
    child.stop(grace=0.2)
    assert child.returncode == -signal.SIGKILL
    await eventually(lambda: not _runs(grandchild))


async def test_output_goes_to_the_log_and_the_last_lines_are_kept(tmp_path: Path) -> None:
    child = _child(tmp_path, "import sys\nfor i in range(50): print(i)\nsys.exit(3)")
    child.start()
    assert child.wait(10)
    assert child.returncode == 3
    assert child.tail()[-1] == "49"
    assert len(child.tail()) == TAIL_LINES
    assert (tmp_path / "log").read_text().splitlines() == [str(i) for i in range(50)]


async def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    child = Child("none", ["/no/such/program"], env={}, cwd=tmp_path)
    child.start()
    assert child.wait(10)
    assert child.returncode == 127
    assert child.tail() == ["/no/such/program: No such file or directory"]
