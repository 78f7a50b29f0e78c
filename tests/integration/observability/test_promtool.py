"""O3, X14: Prometheus' own tool reads the rules, proves every alert and takes the configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy import ROOT
from tests.support.tools.needs import needs

PROMETHEUS = ROOT / "deploy" / "watch" / "prometheus"
TESTS = sorted((PROMETHEUS / "rules" / "tests").glob("*.yml"))


def run(*arguments: str) -> str:
    """What it says; fails with it."""
    ended = subprocess.run(
        [str(needs("promtool")), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        cwd=PROMETHEUS,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    return said


def test_it_takes_the_rules() -> None:
    said = run("check", "rules", *map(str, sorted((PROMETHEUS / "rules").glob("*.yml"))))
    assert "FAILED" not in said


def test_it_takes_the_configuration() -> None:
    assert "SUCCESS" in run("check", "config", "prometheus.yml")


@pytest.mark.parametrize("tests", TESTS, ids=lambda path: path.stem)
def test_every_alert_fires_for_what_it_is_for_and_not_before(tests: Path) -> None:
    assert "SUCCESS" in run("test", "rules", str(tests))


def test_it_would_say_if_an_alert_did_not_fire(tmp_path: Path) -> None:
    """Break the check once and see it fail."""
    rules, tests = tmp_path / "work.yml", tmp_path / "tests" / "work.yml"
    tests.parent.mkdir()
    text = (PROMETHEUS / "rules/work.yml").read_text(encoding="utf-8")
    rules.write_text(text.replace('risk="late"}) > 0', 'risk="late"}) > 1'), encoding="utf-8")
    assert rules.read_text(encoding="utf-8") != text
    tests.write_text((PROMETHEUS / "rules/tests/work.yml").read_text(encoding="utf-8"))
    with pytest.raises(AssertionError, match="ApplicationsLate"):
        run("test", "rules", str(tests))
