"""`make check` runs everything and fails when anything does."""

from __future__ import annotations

import sys

from deploy.tools.check import CHECKS, Check, run_all


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_all_are_run_and_only_the_failed_are_shown() -> None:
    said: list[str] = []
    failed = run_all(
        [
            Check("first", _python("print('noise of the first'); raise SystemExit(3)")),
            Check("second", _python("print('noise of the second')")),
            Check("third", ["/no/such/program"]),
        ],
        say=said.append,
    )
    text = "\n".join(said)
    assert failed == 2
    assert "noise of the first" in text
    assert "noise of the second" not in text
    assert "1 checks passed, 2 failed" in text


def test_lint_types_architecture_and_generated_files_are_checked() -> None:
    commands = [" ".join(check.command) for check in CHECKS]
    for tool in (
        "ruff format --check",
        "ruff check",
        "mypy",
        "lint-imports",
        "contracts.tools --check",
    ):
        assert any(tool in command for command in commands), tool
