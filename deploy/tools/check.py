"""`python -m deploy.tools.check`: everything a change must pass besides the tests, in one run.

Runs all checks even when one fails, prints only what failed, ends with non-zero at any failure.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy import ROOT

_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """One command and what it looks at."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """How a check ended."""

    check: Check
    passed: bool
    said: str
    seconds: float


def _module(name: str, *args: str) -> list[str]:
    return [sys.executable, "-m", name, *args]


CHECKS = (
    Check("types (mypy)", _module("mypy")),
    Check("format (ruff format)", _module("ruff", "format", "--check", ".")),
    Check("lint (ruff check)", _module("ruff", "check", ".")),
    Check("architecture (import-linter)", [str(_BIN / "lint-imports")]),
    Check("contracts are current", _module("contracts.tools", "--check")),
    Check(
        "OpenAPI documents and table of metrics are current",
        _module("deploy.tools.docs", "--check"),
    ),
    Check("dashboards and rules are current", _module("deploy.watch.observability", "--check")),
)


def run(check: Check) -> Outcome:
    """Run one check to its end."""
    started = time.monotonic()
    try:
        answer = subprocess.run(
            check.command, cwd=ROOT, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return Outcome(check, passed=False, said=str(error), seconds=0.0)
    said = (answer.stdout + answer.stderr).strip()
    return Outcome(check, answer.returncode == 0, said, time.monotonic() - started)


def run_all(checks: Sequence[Check], say: Callable[[str], None] = print) -> int:
    """Run the checks, two side by side; the number that failed."""
    started = time.monotonic()
    failed: list[Outcome] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, checks):
            verdict = "ok  " if outcome.passed else "FAIL"
            say(f"{verdict} {outcome.seconds:6.1f} s  {outcome.check.name}")
            if not outcome.passed:
                failed.append(outcome)
    for outcome in failed:
        say(f"\n── {outcome.check.name}: {' '.join(outcome.check.command)}\n{outcome.said}")
    passed = len(checks) - len(failed)
    say(f"\n{passed} checks passed, {len(failed)} failed, {time.monotonic() - started:.1f} s")
    return len(failed)


if __name__ == "__main__":
    sys.exit(1 if run_all(CHECKS) else 0)
