"""`python -m deploy.watch.journey ID [--logs DIR|-]`: print the journeys that mention an id."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import orjson

from deploy.stacks.embedded.settings import StackSettings
from deploy.watch.journey.lines import find
from deploy.watch.journey.show import shown
from deploy.watch.journey.tree import tree

_ENOUGH = 20


def main(argv: Sequence[str]) -> int:
    """The command line; 1 when no line mentions the id."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.watch.journey",
        description="Print the path of a request, event or thing through all services, "
        "from the structured logs.",
    )
    parser.add_argument(
        "id",
        help="what stands in the logs: X-Request-Id of an answer, trace id, event id, "
        "id of an application, appointment, document, certificate, message or account",
    )
    parser.add_argument(
        "--logs",
        default=None,
        help="directory with *.log, one such file, or - for stdin "
        "(docker-compose logs --no-color | …); default: those of the embedded stack",
    )
    args = parser.parse_args(argv)
    if not args.id.strip():
        parser.error("which id? For example: make journey ID=4bf92f3577b34da6a3ce929d0e0e4736")
    if args.logs == "-":
        with tempfile.TemporaryFile() as kept:  # read twice
            shutil.copyfileobj(sys.stdin.buffer, kept)
            return _print(args.id, _Kept(kept), "stdin")
    place = Path(args.logs) if args.logs else StackSettings().run_dir / "logs"
    files = sorted(place.glob("*.log*")) if place.is_dir() else [place]
    if not place.exists() or not files:
        print(f"no logs in {place}; --logs says where they are", file=sys.stderr)
        return 1
    return _print(args.id, _Files(files), str(place))


class _Kept:
    """Lines of a file that is open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __call__(self) -> Iterable[bytes]:
        self._file.seek(0)
        return self._file


class _Files:
    """Lines of files, one after the other."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def __call__(self) -> Iterator[bytes]:
        for path in self._paths:
            with path.open("rb") as file:
                yield from file


def _print(wanted: str, read: _Kept | _Files, where: str) -> int:
    wanted = wanted.strip()
    journeys, count = find(wanted, read)
    if not journeys:
        alone = _outside(wanted, read)
        if alone:
            print("\n".join([f"no journey, but what else mentions «{wanted}»:", *alone]))
            return 0
        print(f"no line mentions «{wanted}» ({count} lines read, {where})", file=sys.stderr)
        return 1
    colours = sys.stdout.isatty() and not StackSettings().no_color
    trees = (shown(n, tree(found), colours=colours) for n, found in journeys.items())
    print("\n\n".join(trees))
    if len(journeys) > 1:
        print(f"\n{len(journeys)} journeys mention «{wanted}».")
    return 0


def _outside(wanted: str, read: _Kept | _Files) -> list[str]:
    """The first lines of others that have this id: the gateway tells why it reached no service."""
    value = orjson.dumps(wanted)
    found = (raw.decode(errors="replace").rstrip() for raw in read() if value in raw)
    return list(islice(found, _ENOUGH))


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough: `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)
