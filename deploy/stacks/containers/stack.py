"""`make up`, `make down`: the compose stack, waited for until all of it is healthy; and compose."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from deploy.stacks.containers.build import revision
from deploy.stacks.containers.compose_files import (
    COMPOSE,
    effective,
    env_file,
    is_demo,
    mounted,
    read_env_file,
    refuse,
)
from deploy.stacks.containers.engine import Engine, run
from deploy.stacks.containers.errors import ImageMissingError, UnhealthyError
from deploy.stacks.containers.published import require_free
from deploy.stacks.containers.settings import (
    MINIO,
    NAMES,
    OWN,
    ImageSettings,
    StackSettings,
    environment,
    image,
)
from deploy.stacks.embedded.console import Console
from deploy.stacks.embedded.demo import demo_accounts
from deploy.stacks.embedded.errors import StackError

_EVERY_PROFILE = ("core", "observability", "demo", "grafana")
JOBS = frozenset({"mongo-init", "topics", "buckets", "pki", "opening"})
_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"

# Healthy or done, or waiting for somebody who is not.
_CALM = frozenset({"healthy", "done", "starting", "created"})
_REVISION = "org.opencontainers.image.revision"

Rows = list[tuple[str, str]]


@dataclass
class Stack:
    """One compose project."""

    engine: Engine
    settings: StackSettings
    console: Console = field(default_factory=Console)
    shell: Mapping[str, str] = field(default_factory=environment, repr=False)

    def __post_init__(self) -> None:
        self.values = effective(read_env_file(env_file()), self.shell)
        self.images = self._images()

    @property
    def profiles(self) -> tuple[str, ...]:
        """What is to be started."""
        return tuple(filter(None, (p.strip() for p in self.settings.profiles.split(","))))

    def up(self) -> None:
        """Start, wait until healthy, say where everything is.

        Raises:
            StackError: a setting is refused, a port is taken, an image is missing, or something
                stays unhealthy.
        """
        started = time.monotonic()
        refuse(self.values, self.profiles)
        project = self.settings.compose_project_name
        require_free(self.engine, self.values, self.profiles, project)
        missing = [self.images[n] for n in OWN if not self.engine.has_image(self.images[n])]
        if missing:
            raise ImageMissingError(missing)
        for name, chosen in self.images.items():
            if name != "grafana" or "grafana" in self.profiles:
                self.console.say(f"{name}: {chosen}")
        if env_file().name != ".env":
            self.console.say(
                "no deploy/stacks/compose/.env: a demo with the passwords of .env.example"
            )
        self._say_whether_current()
        try:
            self.compose(
                *("up", "--detach", "--no-build", "--remove-orphans"), on_line=self.console.say
            )
            self.wait()
        except StackError:
            self._say_last_words()
            raise
        seconds = time.monotonic() - started
        title = f"«Моё здоровье» is up in containers: {seconds:.0f} s. `make down` stops it."
        self.console.table(title, self._report())

    def _say_whether_current(self) -> None:
        found = self.engine.inspect("image", self.images["platform"]) or {}
        built = ((found.get("Config") or {}).get("Labels") or {}).get(_REVISION)
        if built != revision() or str(built).endswith("-dirty"):
            self.console.say(
                f"the image was built from {built}, the checkout is {revision()}: "
                "`make images ARGS='platform demo'` builds it anew"
            )

    def _say_last_words(self) -> None:
        """What those that are not well said last: most often the reason."""
        for service, containers in sorted(self.containers().items()):
            for container in containers:
                if _state(container).split(" ")[0] not in _CALM:
                    said = self.engine("logs", "--tail", "5", container["Id"])
                    for line in said.splitlines():
                        self.console.line(service, line)

    def down(self) -> None:
        """Stop and remove the containers; with VOLUMES=1 also their data."""
        extra = ("--volumes",) if self.settings.volumes else ()
        self.compose(
            *("down", "--remove-orphans", *extra),
            profiles=_EVERY_PROFILE,
            on_line=self.console.say,
        )
        if not self.settings.volumes:
            self.console.say("data is kept; `make down VOLUMES=1` removes it")

    def compose(
        self,
        *args: str,
        profiles: Sequence[str] | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> str:
        """Run compose on this project.

        Raises:
            StackError: there is none, or it failed.
        """
        command = self._command(args, profiles or self.profiles)
        return run(command, env=self._environment(), on_line=on_line)

    def take_over(self, args: Sequence[str]) -> NoReturn:
        """Become compose on this project: its terminal, its exit status.

        Raises:
            StackError: there is none.
        """
        # Whatever runs can be named; what is not named is not started.
        profiles = () if args[:1] in (["up"], ["create"]) else _EVERY_PROFILE
        command = self._command(args, profiles)
        os.execvpe(command[0], command, self._environment())  # noqa: S606 - no shell wanted

    def _command(self, args: Sequence[str], profiles: Sequence[str]) -> list[str]:
        files = [COMPOSE / "compose.yml"]
        if self.settings.s3 == "minio":
            files.append(COMPOSE / "compose.minio.yml")
        return [
            *self.engine.compose(),
            *("--project-name", self.settings.compose_project_name),
            *("--env-file", str(env_file())),
            *(part for file in files for part in ("--file", str(file))),
            *(part for name in profiles for part in ("--profile", name)),
            *args,
        ]

    def _environment(self) -> dict[str, str]:
        named = {f"IMAGE_{name.upper()}": chosen for name, chosen in self.images.items()}
        ours = {"PUBLIC_URL": self.values["PUBLIC_URL"], "MOUNTED": mounted()}
        return {**self.shell, **named, **ours}

    def containers(self) -> dict[str, list[dict[str, Any]]]:
        """Service → what the engine knows of each of its containers."""
        found: dict[str, list[dict[str, Any]]] = {}
        ids = self.engine(
            *("ps", "--all", "--quiet", "--no-trunc", "--filter"),
            f"label={_PROJECT}={self.settings.compose_project_name}",
        ).split()
        for identifier in ids:
            container = self.engine.inspect("container", identifier)
            if container is not None:
                service = container["Config"]["Labels"][_SERVICE]
                found.setdefault(service, []).append(container)
        return found

    def wait(self) -> None:
        """Until every container is healthy and every job is done.

        Raises:
            UnhealthyError: not in time.
        """
        deadline = time.monotonic() + self.settings.up_seconds
        while True:
            waiting = [
                f"{service}: {state}"
                for service, containers in sorted(self.containers().items())
                for state in map(_state, containers)
                if state != ("done" if service in JOBS else "healthy")
            ]
            if not waiting:
                return
            if time.monotonic() > deadline:
                raise UnhealthyError(self.settings.up_seconds, waiting)
            time.sleep(1.0)

    def _images(self) -> dict[str, str]:
        settings = ImageSettings()
        chosen = {name: image(name, self.engine.has_image, settings) for name in NAMES}
        if self.settings.s3 == "minio" and settings.s3 is None:
            chosen["s3"] = MINIO
        return chosen

    def _report(self) -> list[tuple[str, Rows]]:
        url = self.values["PUBLIC_URL"].rstrip("/")
        pages: Rows = [(f"{url}/", "start page: what this is, links to everything")]
        if "demo" in self.profiles:
            pages.append((f"{url}/inbox", "the phone and the mailbox of the demo people, live"))
        if "observability" in self.profiles:
            pages.append((f"{url}/status", "what works, for everybody"))
            pages.append((f"{url}/ops", "what the services do, for who is on call"))
        if "grafana" in self.profiles:
            port = self.values.get("PORT_GRAFANA", "3000")
            pages.append((f"http://127.0.0.1:{port}/", "Grafana (admin, GRAFANA_PASSWORD)"))
        groups = [("In a browser", pages)]
        if is_demo(self.values):
            rows = [account.row() for account in demo_accounts()]
            groups.append(("Demo accounts (login / password · phone · e-mail)", rows))
        project = self.settings.compose_project_name
        # Two composes, two ways to name a container.
        identity = next(iter(self.containers().get("identity", [])), {"Name": "/identity"})
        groups.append(
            (
                "To look inside",
                [
                    (f"docker ps --filter label={_PROJECT}={project}", "what runs"),
                    (f"docker logs {identity['Name'].removeprefix('/')}", "a log, in JSON lines"),
                    (f"make demo ARGS='--gateway {url}'", "plays and checks the whole journey"),
                ],
            )
        )
        return groups


def _state(container: Mapping[str, Any]) -> str:
    state = container["State"]
    if state["Status"] == "exited":
        return "done" if state["ExitCode"] == 0 else f"ended with {state['ExitCode']}"
    health = state.get("Health")
    if health is None:
        return str(state["Status"])
    said = (health.get("Log") or [{}])[-1].get("Output", "").strip()
    status = str(health["Status"])
    return f"{status} ({said[-200:]})" if status == "unhealthy" and said else status
