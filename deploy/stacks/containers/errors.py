"""Why containers cannot be built or started, each with the sentence its user needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deploy.stacks.embedded.errors import StackError

_USER = re.compile(r"//[^/@\s]*@")  # who logs in to an archive, and with what


class NoEngineError(StackError):
    """Nobody answers as a container engine."""

    def __init__(self, reason: str) -> None:
        """`reason`: what was tried."""
        super().__init__(
            f"no container engine: {reason}\n"
            "  install one (Debian: apt install docker.io docker-compose), start its daemon, or "
            "name a running one with DOCKER_HOST=…\n"
            "  without containers: `make run` starts the same platform from this directory"
        )


class NoComposeError(StackError):
    """An engine, but no compose."""

    def __init__(self) -> None:
        super().__init__(
            "neither `docker compose` (v2) nor `docker-compose` (1.29 or newer) is installed\n"
            "  Debian 12: apt install docker-compose; elsewhere: the plugin docker-compose-plugin"
        )


class NoMirrorError(StackError):
    """Nobody knows where Debian's packages are."""

    def __init__(self) -> None:
        super().__init__(
            "this machine's apt names no Debian archive with its security updates\n"
            "  name both: make images DEBIAN_MIRROR=… DEBIAN_SECURITY_MIRROR=…"
        )


class NotRootError(StackError):
    """debootstrap makes a file system with owners and devices."""

    def __init__(self) -> None:
        super().__init__(
            "the base image is made by debootstrap, which needs root: run `sudo make images`\n"
            "  where an image registry can be reached, `make up` needs no base of its own: "
            "set BASE_IMAGE=python:3.11-slim-bookworm for `make images`"
        )


class MissingToolError(StackError):
    """A program that builds images is not installed."""

    def __init__(self, tool: str, package: str) -> None:
        """`package`: Debian's name for it."""
        super().__init__(f"`{tool}` is not installed (Debian: apt install {package})")


class CommandFailedError(StackError):
    """A command of the engine, of compose or of Debian's tools failed."""

    def __init__(self, command: Sequence[str], said: str) -> None:
        """`said`: the end of what it printed."""
        self.said = said
        shown = " ".join(command[:6])
        tail = "".join(f"\n    {line}" for line in said.strip().splitlines()[-25:])
        super().__init__(f"`{shown} …` failed:{tail or ' it said nothing'}")


class ArchiveFailedError(StackError):
    """Debian's archives do not answer, are not whole, or lack a package or a release."""

    def __init__(self, archives: Sequence[str], reasons: Sequence[str]) -> None:
        """`archives`: addresses; `reasons`: what was said of them."""
        addresses = " and ".join(_USER.sub("//", address) for address in archives)
        lines = "".join(f"\n    {_USER.sub('//', reason)}" for reason in reasons)
        super().__init__(
            f"Debian's packages cannot be had from {addresses}:{lines}\n"
            "  try again, or name other archives: make images DEBIAN_MIRROR=… "
            "DEBIAN_SECURITY_MIRROR=…; another release: DEBIAN_SUITE=…"
        )


class ImageMissingError(StackError):
    """An image that only this repository can make is not there."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names`: images."""
        super().__init__(
            f"images are missing: {', '.join(names)}\n"
            "  `make images` builds them: all of them without an image registry (as root), or only "
            "ours on official bases with BASE_IMAGE=python:3.11-slim-bookworm"
        )


class DemoSecretError(StackError):
    """A platform that is no demo would start with passwords that everybody knows."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names`: the settings."""
        super().__init__(
            "DEMO=false, but these still have the values of the demo: " + ", ".join(names) + "\n"
            "  in deploy/stacks/compose/ copy .env.example to .env and set them there"
        )


class DemoProfileError(StackError):
    """A platform that is no demo would publish everybody's messages."""

    def __init__(self) -> None:
        super().__init__(
            "DEMO=false, but the profile demo is asked for: its /inbox shows everybody's messages "
            "and codes to everybody\n"
            "  PROFILES=core,observability starts the platform without it"
        )


class SpecialCharactersError(StackError):
    """A user name, password or key would break what it is written into."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names`: the settings."""
        super().__init__(
            f"only letters, digits and . _ ~ - may be in: {', '.join(names)}\n"
            "  they become part of addresses; `openssl rand -hex 24` makes a good password"
        )


class AdministratorRefusedError(StackError):
    """MongoDB has an administrator with another password."""

    def __init__(self, user: str) -> None:
        """`user`: the administrator's name."""
        super().__init__(
            f"MongoDB refuses its administrator {user}: its data was made with another "
            "MONGO_ADMIN_PASSWORD\n"
            "  give that one, or begin with empty data: make down VOLUMES=1"
        )


class UnhealthyError(StackError):
    """Containers did not become healthy in time."""

    def __init__(self, seconds: float, states: Sequence[str]) -> None:
        """`states`: one line for each that is not as it should be."""
        lines = "".join(f"\n    {line}" for line in states)
        super().__init__(f"not healthy after {seconds:.0f} s:{lines}")
