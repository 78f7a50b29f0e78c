"""Real servers for tests, on free ports, in a directory of their own.

`ServerStack` is MongoDB, S3 and a Kafka; `PlatformStack` is everything that `make run` starts.
Both are synchronous, so that one of them can live through tests on many event loops.
It refuses to touch the data of a running `make run`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from deploy.embedded.choice import choose_kafka
from deploy.embedded.ports import free_port_set, free_ports
from deploy.embedded.process import Child, python
from deploy.embedded.servers import S3, Kafka, Mongo, Server
from deploy.embedded.servers.base import Place
from deploy.embedded.settings import ROOT, KafkaKind, Ports, inherited_environment
from deploy.embedded.state import read_state
from deploy.topics import from_registry, provision

KafkaName = Literal["memory", "apache"]

_SHM = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
_ROOM = 4 * 1024**3


def scratch_dir(prefix: str = "zdorovie-test-") -> Path:
    """A new directory, in memory where there is room: every commit of a test waits for it."""
    base: Path | None = None
    with contextlib.suppress(OSError):
        if os.access(_SHM, os.W_OK) and shutil.disk_usage(_SHM).free > _ROOM:
            base = _SHM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=base))


@dataclass
class ServerStack:
    """The servers; each can be stopped, killed and started again on the same address."""

    directory: Path
    mongo: Mongo
    s3: S3 | None
    kafka: Kafka | None
    _owned: bool = True

    @classmethod
    def start(
        cls,
        kafka: KafkaName | None = "memory",
        *,
        s3: bool = True,
        data_dir: Path | None = None,
        topics: bool = True,
    ) -> Self:
        """Start them side by side and wait until all of them serve.

        `kafka=None` starts none. `topics` provisions the registry's topics on an Apache Kafka;
        on the memory broker topics appear at first use. A `data_dir` of the caller's is kept
        at the end.

        Raises:
            StackError: a server is missing or did not start.
        """
        directory = data_dir or scratch_dir()
        place = Place(directory / "data", directory / "logs")
        ports = free_ports(3)
        chosen = (
            choose_kafka(
                KafkaKind(kafka),
                place=place,
                port=ports[2],
                controller_port=None,
                cache_dir=ROOT / ".run" / "cache",
                say=print,
            ).kafka
            if kafka
            else None
        )
        stack = cls(
            directory,
            Mongo(place, port=ports[0], cache_gb=0.25),
            S3(place, port=ports[1]) if s3 else None,
            chosen,
            _owned=data_dir is None,
        )
        try:
            with ThreadPoolExecutor(max_workers=3) as pool:
                list(pool.map(_start, stack.servers))
            if topics and chosen is not None and chosen.durable:
                provision(chosen.bootstrap, from_registry())
        except BaseException:
            stack.stop()
            raise
        return stack

    @property
    def servers(self) -> list[Server]:
        """Those that are part of this stack."""
        return [server for server in (self.mongo, self.s3, self.kafka) if server is not None]

    @property
    def mongo_url(self) -> str:
        """The connection string, for one-node replica set and direct connection."""
        return self.mongo.url

    @property
    def kafka_bootstrap(self) -> str:
        """host:port of Kafka."""
        return self._kafka().bootstrap

    @property
    def kafka_fetch_max_wait_ms(self) -> int:
        """What aiokafka must be told on this Kafka."""
        return self._kafka().fetch_max_wait_ms

    @property
    def s3_endpoint(self) -> str:
        """host:port of S3."""
        return self._s3().endpoint

    @property
    def s3_access_key(self) -> str:
        """The S3 user."""
        return self._s3().access_key

    @property
    def s3_secret_key(self) -> str:
        """The S3 user's secret."""
        return self._s3().secret_key

    def env(self) -> dict[str, str]:
        """The settings by which services find these servers."""
        return {name: value for server in self.servers for name, value in server.env().items()}

    def stop(self) -> None:
        """Stop all of them and remove what they wrote, unless the directory is the caller's."""
        with ThreadPoolExecutor(max_workers=3) as pool:
            # Nobody reads the data again: a power failure is the quickest end.
            ends = [server.kill if self._owned else server.stop for server in self.servers]
            list(pool.map(lambda end: end(), ends))
        if self.s3 is not None:
            self.s3.stop()  # its sockets
        if self._owned:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _kafka(self) -> Kafka:
        assert self.kafka is not None, "this stack was started without Kafka"
        return self.kafka

    def _s3(self) -> S3:
        assert self.s3 is not None, "this stack was started without S3"
        return self.s3

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()


@dataclass
class PlatformStack:
    """Everything that `make run` starts, by the same command, on free ports."""

    directory: Path
    ports: Ports
    process: Child
    _owned: bool = True

    @classmethod
    def start(
        cls,
        kafka: KafkaName = "memory",
        *,
        data_dir: Path | None = None,
        within: float = 90.0,
        wait: bool = True,
    ) -> Self:
        """Start it and wait until it says that it is ready.

        Raises:
            AssertionError: it ended or was not ready in time; shows what it said.
        """
        directory = data_dir or scratch_dir("zdorovie-e2e-")
        (directory / "stack.json").unlink(missing_ok=True)  # of one that was killed
        ports = free_port_set()
        named = {Ports.setting(name): str(port) for name, port in ports.model_dump().items()}
        env = inherited_environment() | named | {"RUN_DIR": str(directory), "KAFKA": kafka}
        process = Child(
            "stack",
            python("deploy.embedded"),
            env=env,
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
        """Wait for the table.

        Raises:
            AssertionError: it ended, or time is up.
        """
        deadline = time.monotonic() + within
        while not self.state:
            if not self.process.alive or time.monotonic() > deadline:
                said = (self.directory / "stack.out").read_text(errors="replace")
                message = f"the stack did not become ready; it said:\n{said}"
                raise AssertionError(message)
            time.sleep(0.1)

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

    def service_url(self, name: str) -> str:
        """A service, past the gateway: metrics and health are only there."""
        return f"http://127.0.0.1:{getattr(self.ports, name)}"

    def env(self) -> dict[str, str]:
        """The settings by which services find the servers."""
        return dict(self.state["env"])

    def pid(self, name: str) -> int:
        """The process of one service or server."""
        return int(self.state["pids"][name])

    def kill(self, name: str) -> None:
        """End one process as a crash would; the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def stop(self) -> None:
        """As Ctrl-C would; removes what it wrote unless the directory is the caller's."""
        self.process.stop(grace=20.0)
        if self._owned:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()


def _start(server: Server) -> None:
    server.start()
    server.ready()


@contextlib.contextmanager
def restarting(server: Server, *, kill: bool = False) -> Iterator[Server]:
    """`server` is down inside the block and serves again, on the same address, after it."""
    server.kill() if kill else server.stop()
    yield server
    _start(server)
