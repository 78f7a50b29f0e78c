"""`python -m deploy.watch.observability`: dashboards, rules and their tests, into deploy/watch/.

`--check` writes nothing and fails when a committed file is not what the code says, or is left from
something that no longer exists. No server is needed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy import ROOT
from deploy.watch.observability import grafana, provisioning, rules

DEPLOY = ROOT / "deploy" / "watch"
_OWNED = ("grafana", "prometheus/rules")
"""Folders in which nothing but generated files may be."""


def runbooks(folder: Path = DEPLOY / "runbooks") -> dict[str, str]:
    """The runbooks by the name of their alert."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def wanted() -> dict[str, str]:
    """Path below deploy/watch/ → text."""
    shown = grafana.files(runbooks()) | provisioning.files()
    return {f"grafana/{name}": text for name, text in shown.items()} | {
        f"prometheus/rules/{name}": text for name, text in rules.files().items()
    }


def stale(target: Path, texts: Mapping[str, str]) -> list[str]:
    """Paths whose file is not what it should be."""
    return [
        name
        for name, text in texts.items()
        if not (target / name).exists() or (target / name).read_text(encoding="utf-8") != text
    ]


def left(target: Path, texts: Mapping[str, str]) -> list[str]:
    """Files in generated folders that nothing makes any more."""
    found = [path for folder in _OWNED for path in sorted((target / folder).rglob("*"))]
    names = [path.relative_to(target).as_posix() for path in found if path.is_file()]
    return [name for name in names if name not in texts]


def main(arguments: Sequence[str], target: Path = DEPLOY) -> int:
    """The command line."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m deploy.watch.observability [--check]", file=sys.stderr)
        return 2
    texts = wanted()
    changed, gone = stale(target, texts), left(target, texts)
    if arguments:
        for name in (*changed, *gone):
            print(f"deploy/watch/{name} is not what the code says: run `make dashboards`")
        return 1 if changed or gone else 0
    for name in changed:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(texts[name], encoding="utf-8")
        print(f"deploy/watch/{name} written")
    for name in gone:
        (target / name).unlink()
        print(f"deploy/watch/{name} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
