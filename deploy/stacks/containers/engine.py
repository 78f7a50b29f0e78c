"""The container engine by its command line, and whichever compose is installed beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from deploy import ROOT
from deploy.stacks.containers.errors import CommandFailedError, NoComposeError, NoEngineError
from deploy.stacks.containers.settings import environment

_ANSWERS_WITHIN = 15.0


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    feed: bytes | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """Run to the end; what it printed.

    Raises:
        CommandFailedError: it ended with anything but 0; says its last words.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=None if env is None else dict(env),
        stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said: list[str] = []
    with process:
        if process.stdin is not None:
            process.stdin.write(feed or b"")
            process.stdin.close()
        assert process.stdout is not None  # noqa: S101 - it is a pipe, see above
        for line in process.stdout:
            said.append(line.decode(errors="replace"))
            if on_line is not None:
                on_line(said[-1].rstrip())
    if process.returncode != 0:
        raise CommandFailedError(command, "".join(said))
    return "".join(said)


@dataclass(frozen=True)
class Engine:
    """An engine that answers."""

    client: str
    env: Mapping[str, str] = field(default_factory=environment, repr=False)

    @classmethod
    def find(cls) -> Self:
        """The engine that `docker` leads to (DOCKER_HOST, contexts: as its user set it up).

        Raises:
            NoEngineError: says why there is none.
        """
        client = shutil.which("docker")
        if client is None:
            reason = "`docker` is not on PATH"
            raise NoEngineError(reason)
        asked = [client, "version", "--format", "{{.Server.Version}}"]
        try:
            answer = subprocess.run(
                asked, capture_output=True, text=True, timeout=_ANSWERS_WITHIN, check=False
            )
        except subprocess.TimeoutExpired:
            reason = f"`{client} version` gets no answer within {_ANSWERS_WITHIN:.0f} s"
            raise NoEngineError(reason) from None
        if answer.returncode != 0:
            lines = answer.stderr.strip().splitlines() or ["it said nothing"]
            raise NoEngineError(lines[0])
        return cls(client)

    def __call__(self, *args: str, on_line: Callable[[str], None] | None = None) -> str:
        """Run `docker args…`.

        Raises:
            CommandFailedError: it failed.
        """
        return run([self.client, *args], env=self.env, on_line=on_line)

    def inspect(self, kind: str, name: str) -> dict[str, Any] | None:
        """What the engine knows of an image or container; None when it has none."""
        try:
            found: list[dict[str, Any]] = json.loads(self(kind, "inspect", name))
        except CommandFailedError:
            return None
        return found[0]

    def has_image(self, name: str) -> bool:
        """Whether the image is here already."""
        return self.inspect("image", name) is not None

    def compose(self) -> list[str]:
        """How compose is called here.

        Raises:
            NoComposeError: not at all.
        """
        plugin = subprocess.run(
            [self.client, "compose", "version"], capture_output=True, check=False
        )
        if plugin.returncode == 0:
            return [self.client, "compose"]
        alone = shutil.which("docker-compose")
        if alone is None:
            raise NoComposeError
        return [alone]
