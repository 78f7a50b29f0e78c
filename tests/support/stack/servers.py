"""Real servers for tests: MongoDB, S3 and a Kafka, embedded, in containers, or somebody else's.

Synchronous, so that one stack can live through tests on many event loops. What a test uses is the
same whatever stands behind it; only servers that are not ours cannot be stopped.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, Self

from deploy import ROOT
from deploy.stacks.embedded.choice import choose_kafka
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.servers import S3, Mongo
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import KafkaKind, StackSettings
from deploy.stacks.topics import from_registry, provision
from tests.support.stack.choice import StackKind, chosen
from tests.support.stack.place import scratch_dir
from tests.support.tools.needs import leave_out

KafkaName = Literal["memory", "apache"]


class Server(Protocol):
    """A server that can be stopped, killed and started again on the same address."""

    name: str

    def start(self) -> None: ...
    def ready(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def env(self) -> dict[str, str]: ...


class MongoServer(Server, Protocol):
    """A MongoDB: a replica set of one."""

    @property
    def url(self) -> str: ...


class KafkaServer(Server, Protocol):
    """Whatever answers the Kafka protocol."""

    durable: bool
    fetch_max_wait_ms: int

    @property
    def bootstrap(self) -> str: ...


class S3Server(Server, Protocol):
    """An S3 with one user."""

    access_key: str
    secret_key: str

    @property
    def endpoint(self) -> str: ...


@dataclass
class ServerStack:
    """The servers; each can be stopped, killed and started again on the same address."""

    mongo: MongoServer
    s3: S3Server | None
    kafka: KafkaServer | None
    _end: Callable[[], None] = field(repr=False)

    @classmethod
    def chosen(cls) -> Self:
        """All three, of the kind that STACK says (see `choice.py`): once a session.

        Raises:
            Exception: they did not start, or are not where the environment says.
        """
        kind = chosen().kind
        if kind is StackKind.CONTAINERS:
            return cls.contained()
        if kind is StackKind.EXTERNAL:
            return cls.external()
        return cls.start(kafka=_embedded_kafka())

    @classmethod
    def own(cls, *, kafka: bool = True, s3: bool = False) -> Self:
        """Servers of a test's own, of the chosen kind, to be stopped and killed.

        With STACK=external the test is left out, loudly.
        """
        kind = chosen().kind
        if kind is StackKind.CONTAINERS:
            return cls.contained(kafka=kafka, s3=s3)
        if kind is StackKind.EXTERNAL:
            leave_out("servers of its own", "with STACK=external nobody may stop a server")
        return cls.start(kafka=_embedded_kafka() if kafka else None, s3=s3)

    @classmethod
    def contained(cls, *, kafka: bool = True, s3: bool = True) -> Self:
        """In containers, by testcontainers; Kafka is Apache's, with the registry's topics.

        Raises:
            AssertionError: one did not become ready.
        """
        # Only where there is an engine: its library asks for one when it is imported.
        from tests.support.stack.containers import ContainerKafka, ContainerMongo, ContainerS3

        mongo = ContainerMongo()
        storage = ContainerS3() if s3 else None
        broker = ContainerKafka() if kafka else None
        ends = [server.remove for server in (mongo, storage, broker) if server is not None]
        return cls(mongo, storage, broker, lambda: _side_by_side(ends))._brought_up()

    @classmethod
    def external(cls) -> Self:
        """Where MONGO_URL, KAFKA_BOOTSTRAP and S3_ENDPOINT lead; what tests leave is removed.

        Raises:
            ExternalServersError: an address is not given, or Kafka has topics of somebody's.
        """
        from tests.support.stack.external import Servers

        servers = Servers.find()
        return cls(servers.mongo, servers.s3, servers.kafka, servers.clean)

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
        directories = Directories(directory / "data", directory / "logs")
        ports = free_ports(3)
        broker = (
            choose_kafka(
                KafkaKind(kafka),
                directories=directories,
                port=ports[2],
                controller_port=None,
                cache_dir=ROOT / ".run" / "cache",
                say=print,
            ).kafka
            if kafka
            else None
        )
        mongo = Mongo(directories, port=ports[0], cache_gb=0.25)
        storage = S3(directories, port=ports[1]) if s3 else None
        owned = data_dir is None

        def end() -> None:
            # Nobody reads the data again: a power failure is the quickest end.
            _side_by_side([server.kill if owned else server.stop for server in stack.servers])
            if storage is not None:
                storage.stop()  # its sockets
            if owned:
                shutil.rmtree(directory, ignore_errors=True)

        stack = cls(mongo, storage, broker, end)
        return stack._brought_up(topics=topics)

    def _brought_up(self, *, topics: bool = True) -> Self:
        try:
            _side_by_side([partial(_start, server) for server in self.servers])
            if topics and self.kafka is not None and self.kafka.durable:
                provision(self.kafka.bootstrap, from_registry())
        except BaseException:
            self.stop()
            raise
        return self

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
        """End all of them and remove what they wrote, unless the directory is the caller's."""
        self._end()

    def _kafka(self) -> KafkaServer:
        assert self.kafka is not None, "this stack was started without Kafka"
        return self.kafka

    def _s3(self) -> S3Server:
        assert self.s3 is not None, "this stack was started without S3"
        return self.s3

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()


def _embedded_kafka() -> KafkaName:
    return "apache" if StackSettings().kafka is KafkaKind.APACHE else "memory"


def _side_by_side(steps: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(max_workers=3) as pool:
        list(pool.map(lambda step: step(), steps))


def _start(server: Server) -> None:
    server.start()
    server.ready()


@contextlib.contextmanager
def restarting(server: Server, *, kill: bool = False) -> Iterator[Server]:
    """`server` is down inside the block and serves again, on the same address, after it."""
    server.kill() if kill else server.stop()
    yield server
    _start(server)
