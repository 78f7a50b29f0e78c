"""What a stranger reads from `make run`, `make demo` and `make import` when it is not all there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deploy.stacks.embedded.report import _people
from deploy.world.demo import __main__ as demo
from deploy.world.demo.gateway import DemoFailedError
from deploy.world.demo.imports import Report

URL = "http://127.0.0.1:8080"


def _states(monkeypatch: pytest.MonkeyPatch, *found: dict[str, Any] | None) -> list[Any]:
    left = list(found)
    monkeypatch.setattr(demo, "read_state", lambda _: left.pop(0) if len(left) > 1 else left[0])
    return left


async def test_a_demo_that_is_being_opened_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"public_url": URL, "demo": True, "open": False}
    left = _states(monkeypatch, state, state | {"open": True})
    await demo.opened(Path(), URL)
    assert left == [state | {"open": True}]


@pytest.mark.parametrize("found", [None, {"public_url": "http://x", "demo": True, "open": False}])
async def test_of_a_stack_elsewhere_nobody_knows(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, Any] | None
) -> None:
    _states(monkeypatch, found)
    await demo.opened(Path(), URL)


async def test_a_demo_that_does_not_open_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _states(monkeypatch, {"public_url": URL, "demo": True, "open": False})
    with pytest.raises(DemoFailedError, match=r"demo\.log"):
        await demo.opened(Path(), URL, within=0)


def test_where_nobody_can_log_in_the_table_says_how_somebody_could() -> None:
    title, rows = _people(demo=False)
    assert "Nobody" in title
    assert "make admin" in rows[0][0]


@pytest.mark.parametrize(
    ("state", "said"), [("refused", "к добавлению 2"), ("applied", "добавлено 2")]
)
def test_a_refused_file_has_added_nothing(state: str, said: str) -> None:
    counts = {"clinics": {"added": 2}}
    report = Report("identity", {"state": state, "counts": counts, "problem": None}, [])
    assert report.lines()[0] == f"identity: clinics: {said}"
