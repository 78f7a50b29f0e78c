"""Everything that `make run` starts, by the same command, on free ports.

It refuses to touch the data of a running `make run`.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx2

from deploy import ROOT
from deploy.stacks.embedded.ports import free_port_set
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.settings import Ports, inherited_environment
from deploy.stacks.embedded.state import read_state
from tests.support.stack.choice import StackKind, chosen
from tests.support.stack.place import scratch_dir
from tests.support.stack.servers import KafkaName, ServerStack


@dataclass
class PlatformStack:
    """Everything that `make run` starts, by the same command, on free ports."""

    directory: Path
    ports: Ports
    process: Child
    _owned: bool = True
    _servers: ServerStack | None = None

    @classmethod
    def chosen(
        cls,
        kafka: KafkaName = "memory",
        *,
        replicas: int = 1,
        within: float = 90.0,
        env: Mapping[str, str] | None = None,
    ) -> Self:
        """On servers of the kind that STACK says; in containers and elsewhere Kafka is Apache's.

        The programs are those of `make run` in any case (compose has tests of its own). With
        STACK=external there can be one at a time: topics and databases have the services' names.
        """
        kind = chosen().kind
        if kind is StackKind.EMBEDDED:
            return cls.start(kafka, replicas=replicas, within=within, env=env)
        servers = (
            ServerStack.contained() if kind is StackKind.CONTAINERS else ServerStack.external()
        )
        given = dict(env or {}) | servers.env() | {"SERVERS": "given"}
        try:
            stack = cls.start("apache", replicas=replicas, within=within, env=given)
        except BaseException:
            servers.stop()
            raise
        stack._servers = servers
        return stack

    @classmethod
    def start(
        cls,
        kafka: KafkaName = "memory",
        *,
        data_dir: Path | None = None,
        replicas: int = 1,
        within: float = 90.0,
        wait: bool = True,
        env: Mapping[str, str] | None = None,
    ) -> Self:
        """Start it and wait until it says that it is ready. `env`: settings on top.

        Raises:
            AssertionError: it ended or was not ready in time; shows what it said.
        """
        directory = data_dir or scratch_dir("zdorovie-e2e-")
        (directory / "stack.json").unlink(missing_ok=True)  # of one that was killed
        ports = free_port_set()
        named = {Ports.setting(name): str(port) for name, port in ports.model_dump().items()}
        ours = {"RUN_DIR": str(directory), "KAFKA": kafka, "REPLICAS": str(replicas)}
        settings = inherited_environment() | named | ours | dict(env or {})
        process = Child(
            "stack",
            python("deploy.stacks.embedded"),
            env=settings,
            cwd=ROOT,
            log=directory / "stack.out",
        )
        stack = cls(directory, ports, process, _owned=data_dir is None)
        process.start()
        try:
            if wait:
                stack.wait_ready(within)
        except BaseException:
            stack.stop()
            raise
        return stack

    def wait_ready(self, within: float = 90.0) -> None:
        """Wait for the table, and for the people of a demo.

        Raises:
            AssertionError: it ended, or time is up.
        """
        deadline = time.monotonic() + within
        while not self.state.get("open"):
            if not self.process.alive or time.monotonic() > deadline:
                said = (self.directory / "stack.out").read_text(errors="replace")
                message = f"the stack did not become ready; it said:\n{said}"
                raise AssertionError(message)
            time.sleep(0.1)  # between two looks, until the deadline

    @property
    def state(self) -> dict[str, Any]:
        """`stack.json`: addresses, pids, settings; empty before it is ready."""
        return read_state(self.directory) or {}

    @property
    def url(self) -> str:
        """The gateway."""
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def sinks_url(self) -> str:
        """The SMS centre, push service and inbox, past the gateway."""
        return f"http://127.0.0.1:{self.ports.sinks}"

    @property
    def mongo_url(self) -> str:
        """The databases."""
        given = self._servers.mongo_url if self._servers else None
        return given or f"mongodb://127.0.0.1:{self.ports.mongo}/?directConnection=true"

    def service_url(self, name: str) -> str:
        """A service or one replica of it (`identity-2`), past the gateway: metrics, health."""
        if hasattr(self.ports, name):
            return f"http://127.0.0.1:{getattr(self.ports, name)}"
        return str(self.state["programs"][name])

    def env(self) -> dict[str, str]:
        """The settings by which services find the servers."""
        return dict(self.state["env"])

    def pid(self, name: str) -> int:
        """The process of one service or server."""
        return int(self.state["pids"][name])

    def is_back(self, name: str, dead: int) -> bool:
        """Whether it runs again, not as process `dead`, and is ready."""
        if self.state["pids"][name] in {None, dead}:
            return False
        try:
            return httpx2.get(f"{self.service_url(name)}/readyz").is_success
        except httpx2.TransportError:
            return False

    def kill(self, name: str) -> None:
        """End one process as a crash would; the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def stop(self) -> None:
        """As Ctrl-C would; removes what it wrote unless the directory is the caller's."""
        self.process.stop(grace=20.0)
        if self._servers is not None:
            self._servers.stop()
        if self._owned:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()
