"""Where tests put what servers write: in memory where there is room."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil

SHM = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
_ROOM = 4 * 1024**3
_OURS = re.compile(r"zdorovie-[a-z0-9]+-(\d+)-\w+")


def scratch_dir(prefix: str = "zdorovie-test-") -> Path:
    """A new directory, in memory where there is room: every commit of a test waits for it.

    Its name carries our process number, so that a later run can remove what a killed one left.
    """
    base: Path | None = None
    with contextlib.suppress(OSError):
        if os.access(SHM, os.W_OK):
            _swept()
            if shutil.disk_usage(SHM).free > _ROOM:
                base = SHM
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=base))


@functools.cache
def _swept() -> None:
    sweep(SHM)


def sweep(directory: Path) -> None:
    """Remove what runs left there that do not run any more: memory that nobody would give back."""
    for left in directory.iterdir():
        owner = _OURS.fullmatch(left.name)
        if owner and not psutil.pid_exists(int(owner[1])):
            shutil.rmtree(left, ignore_errors=True)
