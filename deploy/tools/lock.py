"""`python -m deploy.tools.lock`: compile requirements/*.in to hash-locked files, with uv.

The lock files name versions and hashes and no index, so that they install from any mirror.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from deploy import ROOT

_DIRECTORY = ROOT / "requirements"


def command(uv: str, source: str) -> list[str]:
    """How one file is compiled."""
    return [
        uv,
        *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-emit-index-url", "--no-header"),
        source,
        *("-o", source.removesuffix(".in") + ".txt"),
    ]


def main(arguments: Sequence[str], say: Callable[[str], None] = print) -> int:
    """Compile; extra arguments go to uv (`--upgrade`, `--upgrade-package NAME`)."""
    uv = shutil.which("uv")
    if uv is None:
        say("error: uv is not on PATH; install it (pipx install uv) and try again")
        return 1
    for source in sorted(path.name for path in _DIRECTORY.glob("*.in")):
        answer = subprocess.run([*command(uv, source), *arguments], cwd=_DIRECTORY, check=False)
        if answer.returncode != 0:
            return answer.returncode
        say(f"requirements/{source.removesuffix('.in')}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
