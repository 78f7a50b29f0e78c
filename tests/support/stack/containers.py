"""The servers as containers, by testcontainers: the same images that compose takes.

Each listens on one free port that stays its own while it is stopped, killed and started again, and
that is published under the same number, so that Kafka can advertise it. Whatever happens to the
run, its containers go with it: see `reaper.py`. It pulls nothing and builds nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from abc import ABC, abstractmethod
from typing import Any

import urllib3
from confluent_kafka.admin import AdminClient
from minio import Minio
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.settings import image
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.servers.apache_kafka import PROPERTIES
from deploy.stacks.embedded.servers.mongo import NO_SLOW_OPERATIONS, REPLICA_SET
from deploy.stacks.embedded.servers.s3 import REGION
from tests.support.stack import reaper
from tests.support.stack.place import SHM, scratch_dir

# Its own container would need an image that is not here; `reaper.py` does its work.
testcontainers_config.ryuk_disabled = True

NAMES = ("mongo", "kafka", "s3")
_READY_WITHIN = 90.0
_NOT_YET_INITIALIZED = 94
_S3_CONFIG = "/etc/seaweedfs-identities.json"
_KAFKA_CONFIG = "/tmp/server.properties"  # noqa: S108 - in a container of its own

# A small heap, quick to start: what the embedded one does, too.
_KAFKA_START = (
    "export CLASSPATH='/opt/kafka/libs/*'; "
    "java='java -XX:+UseSerialGC -XX:TieredStopAtLevel=1'; "
    "[ -e /var/lib/kafka/data/logs/meta.properties ] || "
    "$java -Xmx128m kafka.tools.StorageTool format -t {cluster} -c {config} || exit 1; "
    "exec $java -Xmx320m kafka.Kafka {config}"
)


def missing_images(engine: Engine) -> list[str]:
    """The images of the servers that this engine does not have."""
    wanted = [image(name, engine.has_image) for name in NAMES]
    return [name for name in wanted if not engine.has_image(name)]


class ContainerServer(ABC):
    """One server in a container; the same surface as an embedded one."""

    name: str
    inner_port: int | None = None
    """Where it listens inside; None: on the number that it is published under."""

    def __init__(self) -> None:
        self.port = free_ports(1)[0]
        self.container = DockerContainer(image(self.name, Engine.find().has_image))
        self.container.with_bind_ports(self.inner_port or self.port, self.port)
        self._kwargs: dict[str, Any] = {"labels": reaper.labels()}
        named = self.container.get_docker_client().host()
        self.host = "127.0.0.1" if named == "localhost" else named
        self.configure()
        self.container.with_kwargs(**self._kwargs)
        self._made = False

    @abstractmethod
    def configure(self) -> None:
        """Its command, its files."""

    @abstractmethod
    def probe(self) -> bool:
        """Whether it serves now; an exception means "not yet"."""

    @abstractmethod
    def env(self) -> dict[str, str]:
        """The settings by which a service finds it."""

    def start(self) -> None:
        """Create the container, or start the stopped one again on the same port."""
        if self._made:
            self.container.get_wrapped_container().start()
        else:
            self.container.start()
            self._made = True

    def ready(self) -> None:
        """Wait until it serves.

        Raises:
            AssertionError: it ended or did not answer in time; shows its last words.
        """
        deadline = time.monotonic() + _READY_WITHIN
        while not self._serves():
            wrapped = self.container.get_wrapped_container()
            wrapped.reload()
            if wrapped.status == "exited" or time.monotonic() > deadline:
                said = wrapped.logs(tail=40).decode(errors="replace")
                message = f"{self.name} did not become ready in its container; it said:\n{said}"
                raise AssertionError(message)
            time.sleep(0.1)  # between two looks, until the deadline

    def _serves(self) -> bool:
        try:
            return self.probe()
        except Exception:  # each client library has its own "not yet"
            return False

    def stop(self) -> None:
        """End it gently; its data stay."""
        self.container.get_wrapped_container().stop(timeout=10)

    def kill(self) -> None:
        """End it as a power failure would; its data stay."""
        self.container.get_wrapped_container().kill()

    def remove(self) -> None:
        """Away with it and its data."""
        if self._made:
            self.container.stop(force=True, delete_volume=True)
            self._made = False
        reaper.remove_data(self._kwargs["labels"])

    def keep_in_memory(self, path: str) -> None:
        """Let what it writes to `path` be in memory, where the engine is on this machine.

        A volume would be on the disk, and MongoDB waits for it at every commit; a tmpfs of the
        container's own would forget when it is stopped.
        """
        directory = scratch_dir(reaper.DATA_PREFIX)
        if self.host != "127.0.0.1" or directory.parent != SHM:
            directory.rmdir()
            return
        self.container.with_volume_mapping(str(directory), path, "rw")
        # As ourselves, so that we can remove what it wrote.
        self._kwargs["user"] = f"{os.getuid()}:{os.getgid()}"
        self._kwargs["labels"] = reaper.labels(directory)


class ContainerMongo(ContainerServer):
    """`mongod` as a one-node replica set (testcontainers' own module cannot make one)."""

    name = "mongo"
    inner_port = 27017

    def configure(self) -> None:
        """See `ContainerServer.configure`."""
        self.keep_in_memory("/data/db")
        self.container.with_command(
            [
                "mongod",
                *("--replSet", REPLICA_SET),
                "--bind_ip_all",
                *("--oplogSize", "512"),
                *("--wiredTigerCacheSizeGB", "0.25"),
                *NO_SLOW_OPERATIONS,
                *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
                *("--setParameter", "transactionLifetimeLimitSeconds=10"),
            ]
        )

    @property
    def url(self) -> str:
        """The connection string: direct, since the set's own address is inside the container."""
        return f"mongodb://{self.host}:{self.port}/?directConnection=true&replicaSet={REPLICA_SET}"

    def env(self) -> dict[str, str]:
        """See `ContainerServer.env`."""
        return {"MONGO_URL": self.url}

    def probe(self) -> bool:
        """Primary; initiates the set at the first start."""
        client: MongoClient[dict[str, Any]]
        with MongoClient(
            self.host, self.port, directConnection=True, serverSelectionTimeoutMS=500
        ) as client:
            try:
                client.admin.command("replSetGetConfig")
            except OperationFailure as error:
                if error.code != _NOT_YET_INITIALIZED:
                    raise
                member = {"_id": 0, "host": f"127.0.0.1:{self.inner_port}"}
                config = {"_id": REPLICA_SET, "members": [member]}
                client.admin.command("replSetInitiate", config)
            return bool(client.admin.command("hello").get("isWritablePrimary"))


class ContainerKafka(ContainerServer):
    """Apache Kafka in KRaft mode; its listener has the number that it is published under."""

    name = "kafka"
    durable = True
    fetch_max_wait_ms = 500

    def configure(self) -> None:
        """See `ContainerServer.configure`."""
        properties = PROPERTIES.format(
            bind="0.0.0.0",  # noqa: S104 - the engine publishes it on loopback
            host=self.host,
            port=self.port,
            controller=9093,
            logs="/var/lib/kafka/data/logs",
        )
        self.container.with_copy_into_container(properties.encode(), _KAFKA_CONFIG, 0o644)
        cluster = "k" + secrets.token_urlsafe(16)[:21]
        script = _KAFKA_START.format(cluster=cluster, config=_KAFKA_CONFIG)
        self.container.with_command(["sh", "-c", script])

    @property
    def bootstrap(self) -> str:
        """host:port for clients."""
        return f"{self.host}:{self.port}"

    def env(self) -> dict[str, str]:
        """See `ContainerServer.env`."""
        return {
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "KAFKA_FETCH_MAX_WAIT_MS": str(self.fetch_max_wait_ms),
            "OUTBOX_REPUBLISH": "false",
        }

    def probe(self) -> bool:
        """The broker answers for its cluster."""
        quiet: dict[str, str | int | float | bool] = {
            "bootstrap.servers": self.bootstrap,
            "log_level": 0,
            "socket.timeout.ms": 2_000,
        }
        return bool(AdminClient(quiet).list_topics(timeout=2).brokers)


class ContainerS3(ContainerServer):
    """SeaweedFS with one user."""

    name = "s3"
    inner_port = 8333

    def configure(self) -> None:
        """See `ContainerServer.configure`."""
        self.access_key, self.secret_key = "zdorovie", secrets.token_urlsafe(24)
        pair = {"accessKey": self.access_key, "secretKey": self.secret_key}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identities = {"identities": [{"name": "app", "credentials": [pair], "actions": actions}]}
        self.container.with_copy_into_container(json.dumps(identities).encode(), _S3_CONFIG, 0o644)
        self.container.with_command(self._command())

    @staticmethod
    def _command() -> list[str]:
        return [
            "weed",
            "-logtostderr",
            "mini",
            "-dir=/data",
            "-ip=127.0.0.1",
            "-ip.bind=0.0.0.0",
            f"-s3.config={_S3_CONFIG}",
            "-s3.port=8333",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.iam=false",
            "-admin.ui=false",
            "-webdav=false",
            "-master.telemetry=false",
        ]

    @property
    def endpoint(self) -> str:
        """host:port as the minio SDK wants it."""
        return f"{self.host}:{self.port}"

    def env(self) -> dict[str, str]:
        """See `ContainerServer.env`."""
        return {
            "S3_ENDPOINT": self.endpoint,
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
            "S3_REGION": REGION,
            "S3_SECURE": "false",
        }

    def probe(self) -> bool:
        """A signed request is answered."""
        pool = urllib3.PoolManager(timeout=2.0, retries=False)
        client = Minio(
            self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            region=REGION,
            http_client=pool,
        )
        client.list_buckets()
        return True
