"""Servers that somebody else runs (`SERVERS=given`): found by their addresses, never stopped.

The programs of the platform run here, on a MongoDB, a Kafka and an S3 that are already there: in
containers, on other machines. It refuses to start or end anything.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.stacks.embedded.errors import MissingServerError
from deploy.stacks.embedded.servers.base import Kafka, Server
from deploy.stacks.embedded.settings import GivenServers
from deploy.stacks.topics import brokers_answer


def _reached(address: str) -> bool:
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), timeout=2).close()
    return True


@dataclass
class _Given(Server):
    given: GivenServers = field(kw_only=True, repr=False)

    @property
    def alive(self) -> bool:
        """As far as we are concerned: nobody here could start it again."""
        return True

    def command(self) -> Sequence[str]:
        """See `Server.command`: there is none."""
        raise MissingServerError(self.title, "it is not ours to start", "see SERVERS=given")

    def launch(self) -> None:
        """It runs."""

    def stop(self) -> None:
        """It goes on."""

    def kill(self) -> None:
        """It goes on."""


@dataclass
class GivenMongo(_Given):
    """A MongoDB at MONGO_URL: a replica set, for transactions."""

    def __post_init__(self) -> None:
        self.name, self.title = "mongo", "MongoDB (given)"

    @property
    def url(self) -> str:
        """The connection string for services."""
        return self.given.mongo_url

    def env(self) -> dict[str, str]:
        """See `Server.env`."""
        return {"MONGO_URL": self.url}

    def probe(self) -> bool:
        """Left to the services: only they know how to speak to a set of several."""
        return True


@dataclass
class GivenS3(_Given):
    """An S3 at S3_ENDPOINT."""

    def __post_init__(self) -> None:
        self.name, self.title = "s3", "S3 (given)"

    @property
    def endpoint(self) -> str:
        """host:port as the minio SDK wants it."""
        return self.given.s3_endpoint

    def env(self) -> dict[str, str]:
        """See `Server.env`."""
        return {
            "S3_ENDPOINT": self.endpoint,
            "S3_ACCESS_KEY": self.given.s3_access_key,
            "S3_SECRET_KEY": self.given.s3_secret_key.get_secret_value(),
            "S3_REGION": self.given.s3_region,
            "S3_SECURE": str(self.given.s3_secure).lower(),
        }

    def probe(self) -> bool:
        """Somebody listens."""
        return _reached(self.endpoint)


@dataclass
class GivenKafka(_Given, Kafka):
    """An Apache Kafka at KAFKA_BOOTSTRAP; topics that are missing are made."""

    def __post_init__(self) -> None:
        self.name, self.title = "kafka", "Kafka (given)"

    @property
    def bootstrap(self) -> str:
        """host:port for clients; several with commas between them."""
        return self.given.kafka_bootstrap

    def probe(self) -> bool:
        """The broker answers for its cluster."""
        return brokers_answer(self.bootstrap.partition(",")[0])
