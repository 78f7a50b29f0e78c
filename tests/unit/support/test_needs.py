"""O8: a test that a machine cannot run is left out loudly, or fails with NEEDS=all."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

_TEST = """
from tests.support.tools.needs import leave_out, needs

def test_needs_a_tool():
    leave_out("moon", "it is day")

def test_needs_nothing():
    pass
"""
_CONFTEST = "from tests.conftest import pytest_terminal_summary"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    pytester.makepyfile(_TEST)
    pytester.makeconftest(_CONFTEST)
    monkeypatch.delenv("NEEDS", raising=False)
    return pytester


def test_o8_what_is_left_out_is_named_at_the_end(run: pytest.Pytester) -> None:
    result = run.runpytest_inprocess("-p", "no:asyncio")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*NOT TESTED HERE: 1 tests*", "needs moon: it is day", "*::test_needs_a_tool"]
    )


def test_o8_a_whole_run_has_no_such_section(run: pytest.Pytester) -> None:
    result = run.runpytest_inprocess("-p", "no:asyncio", "-k", "nothing")
    assert "NOT TESTED HERE" not in result.stdout.str()


def test_o8_with_needs_all_a_missing_tool_fails(
    run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEEDS", "all")
    result = run.runpytest_inprocess("-p", "no:asyncio")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*NEEDS moon: it is day (and NEEDS=all)*"])
