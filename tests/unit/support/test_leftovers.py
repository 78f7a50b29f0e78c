"""O8: what a killed run left is removed, and nothing of one that runs."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psutil
import pytest

from tests.support.stack.external import ours
from tests.support.stack.place import scratch_dir, sweep
from tests.support.tools.needs import needs

_NOBODY = 4_194_304  # beyond the largest process number that Linux gives


def test_o8_memory_of_runs_that_ended_is_given_back(tmp_path: Path) -> None:
    kept = [
        f"zdorovie-test-{os.getpid()}-abc_1",
        "zdorovie-test-abc_1",  # no number: not known to be over
        f"somebody-{_NOBODY}-abc",
    ]
    for name in [*kept, f"zdorovie-e2e-{_NOBODY}-abc_1"]:
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


def test_o8_a_scratch_directory_says_whose_it_is() -> None:
    directory = scratch_dir()
    try:
        sweep(directory.parent)
        assert directory.exists()
        assert f"-{os.getpid()}-" in directory.name
    finally:
        directory.rmdir()


def test_o8_a_run_is_not_over_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel works the start of a process out from the clock: another run would be "over"."""
    needs("engine")  # the library of the containers asks for one
    from tests.support.stack import reaper

    mine = reaper.named(psutil.Process())
    assert not reaper.ended(mine)
    boot = psutil.boot_time()
    for step in (1.0, 3600.0):
        later = boot + step
        monkeypatch.setattr("psutil._pslinux.boot_time", lambda later=later: later)
        assert psutil.boot_time() == later
        assert reaper.named(psutil.Process()) == mine
        assert not reaper.ended(mine)


def test_o8_of_other_runs_of_other_machines_nothing_is_known() -> None:
    needs("engine")
    from tests.support.stack import reaper

    assert reaper.ended(f"{socket.gethostname()}/{_NOBODY}/1.00")
    assert not reaper.ended(f"elsewhere/{_NOBODY}/1.00")


@pytest.mark.parametrize("name", ["t_0a1b", "t-0a1b-uploads", "identity", "partners", "sealed"])
def test_o8_what_tests_made_on_given_servers_is_theirs_to_remove(name: str) -> None:
    assert ours(name)


@pytest.mark.parametrize("name", ["billing", "test", "uploads-of-somebody"])
def test_o8_what_somebody_made_meanwhile_is_not(name: str) -> None:
    assert not ours(name)
