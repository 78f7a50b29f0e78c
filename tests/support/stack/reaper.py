"""Removes the containers of a test run that has ended, however it ended.

`python -m tests.support.stack.reaper RUN` waits until its standard input closes, which the kernel
does when the run that started it is gone, and removes what carries the run's label. A run that
starts also looks for what others left (the machine lost power, and the reaper with it). It touches
nothing that does not carry this project's label.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
import psutil
from docker.errors import APIError, NotFound

from deploy import ROOT
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment

DATA_PREFIX = "zdorovie-container-"
_RUN = "moe-zdorovie.tests.run"
_DATA = "moe-zdorovie.tests.data"


@functools.cache
def _run() -> str:
    """This run: the machine, the process, and when it started (numbers are used again)."""
    return named(psutil.Process())


def named(process: psutil.Process) -> str:
    """One process for good. Since the boot, not by the clock: that is set right now and then."""
    started = process.create_time() - psutil.boot_time()
    return f"{socket.gethostname()}/{process.pid}/{started:.2f}"


def labels(data: Path | None = None) -> dict[str, str]:
    """What a container of this run carries, and the directory that goes with it, if any."""
    _watch()
    return {_RUN: _run()} | ({_DATA: str(data)} if data else {})


def remove_data(carried: Mapping[str, str]) -> None:
    """Remove the directory that went with a container; never one that no test run made."""
    directory = Path(carried.get(_DATA, ""))
    if directory.name.startswith(DATA_PREFIX):
        shutil.rmtree(directory, ignore_errors=True)


@functools.cache
def _watch() -> None:
    """Once a run: remove what others left, and see to our own end."""
    sweep()
    watcher = subprocess.Popen(
        python("tests.support.stack.reaper", _run()),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=inherited_environment(),
        cwd=ROOT,
        start_new_session=True,  # Ctrl-C in the terminal is not meant for it
    )
    assert watcher.stdin is not None
    atexit.register(watcher.wait, 30)
    atexit.register(watcher.stdin.close)


def sweep() -> None:
    """Remove what runs on this machine left that do not run any more."""
    client = docker.from_env()
    try:
        for container in client.containers.list(all=True, filters={"label": _RUN}):
            if ended(container.labels[_RUN]):
                _remove(container)
    finally:
        client.close()


def ended(run: str) -> bool:
    """Whether the run of that label is over, as far as this machine can know."""
    host, pid, _ = run.split("/")
    if host != socket.gethostname():
        return False  # of another machine that shares this engine: not ours to judge
    try:
        return named(psutil.Process(int(pid))) != run
    except psutil.NoSuchProcess:
        return True


def _remove(container: Any) -> None:
    with contextlib.suppress(NotFound, APIError):  # somebody else removes it right now
        container.remove(force=True, v=True)
    remove_data(container.labels)


def main(run: str) -> None:
    """Wait for the end of the run, then remove."""
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 64):
            pass
    client = docker.from_env()
    for container in client.containers.list(all=True, filters={"label": f"{_RUN}={run}"}):
        _remove(container)
    client.close()


if __name__ == "__main__":
    main(sys.argv[1])
