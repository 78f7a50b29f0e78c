"""`python -m contracts.tools`: write what is generated from the contracts, or check it.

Compatibility comes first: an incompatible change is refused with its reason, and nothing is
written over the promise that it would break.

    python -m contracts.tools                     write schemas/, generated/
    python -m contracts.tools --check             write nothing; exit 1 at a breach or a stale file
    python -m contracts.tools --check --against v1.4   compare with the contracts of that git commit
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.tools import asyncapi, page
from contracts.tools.compatibility import Breach, compare_all, compare_channels
from contracts.tools.snapshots import (
    EXAMPLES,
    GENERATED,
    ROOT,
    SCHEMAS,
    ContractError,
    all_schemas,
    committed,
    render,
)
from contracts.topics import BY_TYPE

ASYNCAPI = GENERATED / "asyncapi.json"
PAGE = GENERATED / "index.html"
ADVICE = (
    "Nothing was written. If this version was never published to anybody, delete its file in "
    "contracts/schemas/ (for a topic: contracts/generated/asyncapi.json) and run "
    "`python -m contracts.tools` again: the review will see it."
)

Published = tuple[Mapping[str, Any], Mapping[str, Any]]


def wanted() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    files = {SCHEMAS / f"{name}.json": render(schema) for name, schema in all_schemas().items()}
    return files | {ASYNCAPI: render(asyncapi.document()), PAGE: page.page()}


def published_on_disk() -> Published:
    """The schemas and the AsyncAPI document of the working tree."""
    return committed(), json.loads(
        ASYNCAPI.read_text(encoding="utf-8")
    ) if ASYNCAPI.exists() else {}


def published_at(ref: str) -> Published:
    """The schemas and the AsyncAPI document of a git commit.

    Raises:
        subprocess.CalledProcessError: git does not know the commit.
    """
    names = _git("ls-tree", "--name-only", ref, "./schemas/", "./generated/").splitlines()
    read = {name: json.loads(_git("show", f"{ref}:./{name}")) for name in names if _json(name)}
    document = read.pop("generated/asyncapi.json", {})
    return {Path(name).stem: schema for name, schema in read.items()}, document


def breaches(published: Published) -> tuple[Breach, ...]:
    """What the present contracts break of the published ones."""
    schemas, document = published
    return compare_all(schemas, all_schemas()) + compare_channels(document, asyncapi.document())


def stale(files: Mapping[Path, str]) -> list[str]:
    """A sentence for each file that is missing, outdated or left over."""
    found = []
    for path, text in files.items():
        if not path.exists():
            found.append(f"{_shown(path)}: missing; run `python -m contracts.tools`")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"{_shown(path)}: out of date; run `python -m contracts.tools`")
    orphans = {*EXAMPLES.glob("*.json")} - {EXAMPLES / f"{t}.json" for t in BY_TYPE}
    return found + [
        f"{_shown(path)}: an example of no event type; delete or rename it"
        for path in sorted(orphans)
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 1 if anything is refused or stale."""
    parser = argparse.ArgumentParser(prog="python -m contracts.tools", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--against", metavar="REF", help="a git commit instead of the files here")
    options = parser.parse_args(arguments)
    try:
        published = published_at(options.against) if options.against else published_on_disk()
        broken, files = breaches(published), wanted()
    except ContractError as error:
        return _refuse([str(error)])
    except subprocess.CalledProcessError as error:
        return _refuse([f"git: {error.stderr.strip()}"])
    if broken:
        return _refuse([*map(str, broken), ADVICE])
    if options.check:
        return _refuse(stale(files))
    _write(files)
    return _refuse(stale(files))


def _refuse(sentences: list[str]) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 1 if sentences else 0


def _write(files: Mapping[Path, str]) -> None:
    changed = [
        p for p, text in files.items() if not p.exists() or p.read_text(encoding="utf-8") != text
    ]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
        print(f"wrote {_shown(path)}")
    print(f"{len(files)} files, {len(changed)} changed")


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 # a fixed program; the arguments are the developer's own
        ("git", *arguments),  # noqa: S607 # git is wherever the developer has it
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout


def _json(name: str) -> bool:
    return name.endswith(".json")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT.parent))


if __name__ == "__main__":
    sys.exit(main())
