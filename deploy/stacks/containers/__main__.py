"""`python -m deploy.stacks.containers images|up|down|compose|caddyfile`: what `make` runs.

`compose …` is compose itself, with the project, settings and images of `make up`; the runbooks
call it by `deploy/stacks/compose/dc …`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from deploy.stacks.containers.build import BUILT_HERE, Builder
from deploy.stacks.containers.compose_files import write_caddyfile
from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.settings import StackSettings
from deploy.stacks.containers.stack import Stack
from deploy.stacks.embedded.errors import StackError


def main(arguments: Sequence[str]) -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.stacks.containers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    images = commands.add_parser("images", help="build the images")
    images.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(BUILT_HERE)}")
    commands.add_parser("up", help="start the platform and wait until it is healthy")
    commands.add_parser("down", help="stop it; VOLUMES=1 removes its data")
    own = commands.add_parser("compose", help="run compose on it, with its settings and images")
    own.add_argument("args", nargs=argparse.REMAINDER, metavar="…", help="ps, logs identity, …")
    commands.add_parser("caddyfile", help="write deploy/stacks/compose/Caddyfile")
    given = parser.parse_args(arguments)
    unknown = set(getattr(given, "names", ())) - set(BUILT_HERE)
    if unknown:
        parser.error(f"no such image: {', '.join(sorted(unknown))}; {', '.join(BUILT_HERE)}")
    settings = StackSettings()
    try:
        if given.command == "caddyfile":
            write_caddyfile()
        elif given.command == "images":
            Builder(Engine.find(), settings).build(set(given.names) or None)
        elif given.command == "compose":
            Stack(Engine.find(), settings).take_over(given.args)
        else:
            stack = Stack(Engine.find(), settings)
            stack.up() if given.command == "up" else stack.down()
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; `make down` removes what was started", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
