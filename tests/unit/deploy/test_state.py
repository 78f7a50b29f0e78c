"""One stack per directory, and how others find it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.stacks.embedded.errors import AlreadyRunningError
from deploy.stacks.embedded.state import Lock, read_state, stop_running, write_state


def test_started_twice_is_refused_with_the_process_that_holds_it(tmp_path: Path) -> None:
    first = Lock(tmp_path).take()
    with pytest.raises(AlreadyRunningError) as refused:
        Lock(tmp_path).take()
    assert str(os.getpid()) in str(refused.value)
    assert "make stop" in str(refused.value)
    first.release()
    Lock(tmp_path).take().release()


def test_a_stale_lock_file_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "stack.lock").write_text("1")
    assert not Lock(tmp_path).held()
    Lock(tmp_path).take().release()


def test_stopping_what_does_not_run_says_so(tmp_path: Path) -> None:
    assert stop_running(tmp_path) == "the stack is not running"
    (tmp_path / "stack.lock").write_text(str(os.getpid()))
    assert stop_running(tmp_path) == "the stack is not running"


def test_state_is_only_believed_while_somebody_runs(tmp_path: Path) -> None:
    lock = Lock(tmp_path).take()
    write_state(tmp_path, {"ready": True})
    assert read_state(tmp_path) == {"ready": True}
    assert (tmp_path / "stack.json").stat().st_mode & 0o077 == 0
    lock.release()
    assert read_state(tmp_path) is None
