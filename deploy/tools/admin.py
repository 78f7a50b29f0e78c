"""`make admin ARGS="--full-name … --phone …"`: the first administrator of a running platform.

Runs identity's own command with the settings that the platform runs with; of a stack in containers
in a container of identity (`IN=containers`). Elsewhere: `python -m services.identity admin`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.settings import StackSettings as ContainerSettings
from deploy.stacks.containers.stack import Stack
from deploy.stacks.embedded.errors import StackError
from deploy.stacks.embedded.secrets import of_program, own_secrets
from deploy.stacks.embedded.settings import StackSettings, inherited_environment
from deploy.stacks.embedded.state import read_state

COMMAND = ("-m", "services.identity", "admin")


def environment(state: Mapping[str, Any], settings: StackSettings) -> dict[str, str]:
    """What identity runs with in this stack."""
    found = inherited_environment() | dict(state["env"])
    found |= {"IDENTITY_DATABASE": "identity", "IDENTITY_DEMO": str(state["demo"]).lower()}
    if not state["demo"]:
        kept = settings.run_dir.absolute() / "data" / "secrets" / "secrets.json"
        found |= of_program("IDENTITY", own_secrets(kept))
    return found


def in_container(arguments: Sequence[str]) -> list[str]:
    """The same of a stack in containers, for `compose`: a container of its own, and gone again."""
    return ["run", "--rm", "--no-deps", "identity", "python", *COMMAND, *arguments]


def _embedded(arguments: Sequence[str]) -> NoReturn:
    settings = StackSettings()
    state = read_state(settings.run_dir)
    if state is None:
        sys.exit("Платформа не запущена: сначала `make run DEMO=false` (или IN=containers).")
    command = [sys.executable, *COMMAND, *arguments]
    os.execve(command[0], command, environment(state, settings))  # noqa: S606 - no shell wanted


def main(argv: Sequence[str]) -> None:
    """The command line: ours before `--`, identity's behind it."""
    parser = argparse.ArgumentParser(prog="make admin", description=__doc__)
    parser.add_argument("--in", dest="where", choices=["embedded", "containers"])
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args(argv)
    if given.where != "containers":
        _embedded(given.arguments)
    try:
        Stack(Engine.find(), ContainerSettings()).take_over(in_container(given.arguments))
    except StackError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
