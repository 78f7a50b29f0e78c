"""What a newcomer types first."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from deploy import ROOT
from deploy.tools.lock import command


def test_make_alone_prints_help_with_every_command() -> None:
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in [
        "run",
        "stop",
        "demo",
        "test",
        "check",
        "bench",
        "contracts",
        "docs",
        "format",
        "lock",
    ]:
        assert f"make {target} " in answer.stdout, target


def _setup(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "deploy" / "tools" / "setup.sh"), "stamp"],
        cwd=tmp_path,
        env={**os.environ, **environment},  # noqa: TID251 - the script reads PATH
        capture_output=True,
        text=True,
        check=False,
    )


def _fake_python(directory: Path, version: str, *, new_enough: bool, has_venv: bool) -> Path:
    program = directory / "python3"
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        f"  *version_info*) exit {0 if new_enough else 1};;\n"
        f"  *ensurepip*) exit {0 if has_venv else 1};;\n"
        f"  *) echo 'Python {version}';;\n"
        "esac\n"
    )
    program.chmod(0o755)
    return program


def test_an_old_python_is_named_with_the_remedy(tmp_path: Path) -> None:
    old = _fake_python(tmp_path, "3.9.2", new_enough=False, has_venv=True)
    answer = _setup(tmp_path, PYTHON=str(old))
    assert answer.returncode == 1
    assert "3.9.2" in answer.stderr
    assert "3.11 or newer" in answer.stderr


def test_a_missing_venv_module_is_named_with_the_remedy(tmp_path: Path) -> None:
    bare = _fake_python(tmp_path, "3.12.1", new_enough=True, has_venv=False)
    answer = _setup(tmp_path, PYTHON=str(bare))
    assert answer.returncode == 1
    assert "apt install python3-venv" in answer.stderr


def test_locks_name_hashes_and_no_index() -> None:
    line = " ".join(command("uv", "dev.in"))
    assert "--generate-hashes" in line
    assert "--no-emit-index-url" in line
    assert line.endswith("-o dev.txt")
