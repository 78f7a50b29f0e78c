"""A test that is marked `alone` has no neighbour, whatever the number of workers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from deploy import ROOT
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment

_TESTS = """
import time
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("kind", [pytest.param("alone", marks=pytest.mark.alone), "together"])
def test_it(number, kind):
    began = time.monotonic()
    time.sleep(0.02)
    Path({out!r}, f"{{kind}}-{{number}}").write_text(f"{{began}} {{time.monotonic()}}")
"""


def test_no_other_test_runs_meanwhile(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    tests = tmp_path / "test_them.py"
    tests.write_text(_TESTS.format(out=str(out)))
    (tmp_path / "conftest.py").write_text(
        "from tests.support.tools.alone import Alone\n"
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'alone: so')\n"
        "    if hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(Alone(config.workerinput['testrunuid']))\n"
    )
    command = python("pytest", *("-p", "no:cacheprovider", "-n", "3", "--dist", "load", str(tests)))
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env=inherited_environment() | {"PYTHONPATH": os.pathsep.join([str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    spans = {
        path.name: tuple(map(float, path.read_text().split())) for path in sorted(out.iterdir())
    }
    assert len(spans) == 24
    for name, (began, ended) in spans.items():
        for other, (began_too, ended_too) in spans.items():
            meets = name != other and began < ended_too and began_too < ended
            assert not (meets and name.startswith("alone")), (name, other)
