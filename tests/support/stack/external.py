"""Servers that somebody else runs: STACK=external, with their addresses in the environment.

MONGO_URL, KAFKA_BOOTSTRAP, S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY, as for the services. The
names of topics are the registry's, so the Kafka has to be the tests' own: it is refused when it has
topics that no test run made. Databases and buckets with the tests' names that were not there before
are removed at the end; nothing else is touched. Nobody stops these servers: tests that would are
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import urllib3
from confluent_kafka.admin import AdminClient
from minio import Minio
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from pymongo import MongoClient

from contracts.topics import SERVICES
from deploy.stacks.topics import WantedTopic, from_registry, provision
from tests.support.tools.needs import leave_out

_MARK = "moe-zdorovie-tests"
"""A topic that says: the others were made by a test run."""
_SYSTEM = frozenset({"admin", "config", "local"})
_PLATFORMS = frozenset({*SERVICES, "partners", "uploads", "sealed"})


class ExternalServersError(Exception):
    """These servers cannot be used for tests."""

    @classmethod
    def not_named(cls, missing: list[str]) -> Self:
        """STACK=external without all addresses."""
        return cls(f"STACK=external needs {', '.join(missing)} in the environment")

    @classmethod
    def not_ours(cls, bootstrap: str, topics: list[str]) -> Self:
        """The tests would write into somebody's topics."""
        return cls(
            f"the Kafka at {bootstrap} has topics that no test run made: {', '.join(topics)}; "
            "the tests need a Kafka of their own"
        )

    @classmethod
    def in_use(cls, address: str, databases: list[str]) -> Self:
        """The tests would write into somebody's databases, and drop them."""
        return cls(
            f"the MongoDB at {address} has databases of a platform: {', '.join(databases)}; the "
            "tests need one without (drop them if a killed test run left them)"
        )


class _Addresses(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    mongo_url: str | None = None
    kafka_bootstrap: str | None = None
    s3_endpoint: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: SecretStr | None = None
    s3_region: str = "us-east-1"
    s3_secure: bool = False
    kafka_fetch_max_wait_ms: int = Field(default=500)


@dataclass
class _External:
    name: str
    variables: dict[str, str]

    def start(self) -> None:
        """It runs."""

    def ready(self) -> None:
        """It is."""

    def stop(self) -> None:
        """Never ours to stop: the test is left out."""
        leave_out("servers of its own", "with STACK=external nobody may stop a server")

    kill = stop

    def env(self) -> dict[str, str]:
        """The settings by which a service finds it."""
        return self.variables


@dataclass
class ExternalMongo(_External):
    """Somebody's MongoDB."""

    url: str


@dataclass
class ExternalKafka(_External):
    """Somebody's Kafka."""

    bootstrap: str
    fetch_max_wait_ms: int
    durable: bool = True


@dataclass
class ExternalS3(_External):
    """Somebody's S3."""

    endpoint: str
    access_key: str
    secret_key: str


@dataclass
class Servers:
    """The three, and what was on them before the tests."""

    mongo: ExternalMongo
    kafka: ExternalKafka
    s3: ExternalS3
    _storage: Minio
    _databases: set[str]
    _buckets: set[str]

    @classmethod
    def find(cls) -> Self:
        """Take the addresses, look at what is there, make the topics.

        Raises:
            ExternalServersError: an address is not given, or the topics are somebody's.
        """
        given = _Addresses()
        missing = [n.upper() for n, value in given if value is None]
        if missing:
            raise ExternalServersError.not_named(missing)
        named = {
            name.upper(): str(value.get_secret_value() if isinstance(value, SecretStr) else value)
            for name, value in given
        }
        storage = Minio(
            named["S3_ENDPOINT"],
            access_key=named["S3_ACCESS_KEY"],
            secret_key=named["S3_SECRET_KEY"],
            secure=given.s3_secure,
            region=given.s3_region,
            http_client=urllib3.PoolManager(timeout=10.0, retries=False),
        )
        found = cls(
            ExternalMongo("mongo", _of(named, "MONGO_"), named["MONGO_URL"]),
            ExternalKafka(
                "kafka",
                _of(named, "KAFKA_") | {"OUTBOX_REPUBLISH": "false"},
                named["KAFKA_BOOTSTRAP"],
                given.kafka_fetch_max_wait_ms,
            ),
            ExternalS3(
                "s3",
                _of(named, "S3_") | {"S3_SECURE": str(given.s3_secure).lower()},
                named["S3_ENDPOINT"],
                named["S3_ACCESS_KEY"],
                named["S3_SECRET_KEY"],
            ),
            storage,
            _unused(_databases(named["MONGO_URL"]), named["MONGO_URL"]),
            {bucket.name for bucket in storage.list_buckets()},
        )
        fresh_topics(found.kafka.bootstrap)
        return found

    def clean(self) -> None:
        """Remove the databases, buckets and topics that were not there before."""
        client: MongoClient[dict[str, Any]]
        with MongoClient(self.mongo.url) as client:
            for name in filter(ours, _databases(self.mongo.url) - self._databases):
                client.drop_database(name)
        for bucket in self._storage.list_buckets():
            if bucket.name not in self._buckets and ours(bucket.name):
                self._remove(bucket.name)
        _remove_topics(self.kafka.bootstrap)

    def _remove(self, bucket: str) -> None:
        for found in self._storage.list_objects(bucket, recursive=True, include_version=True):
            self._storage.remove_object(bucket, str(found.object_name), found.version_id)
        self._storage.remove_bucket(bucket)


def ours(name: str) -> bool:
    """Whether tests call a database or bucket so: somebody else may make theirs meanwhile."""
    return name.startswith(("t_", "t-")) or name in _PLATFORMS


def _of(named: dict[str, str], prefix: str) -> dict[str, str]:
    return {name: value for name, value in named.items() if name.startswith(prefix)}


def _databases(url: str) -> set[str]:
    client: MongoClient[dict[str, Any]]
    with MongoClient(url, serverSelectionTimeoutMS=10_000) as client:
        return set(client.list_database_names()) - _SYSTEM


def _unused(databases: set[str], url: str) -> set[str]:
    taken = sorted(databases & set(SERVICES))
    if taken:
        raise ExternalServersError.in_use(url.rpartition("@")[2], taken)
    return databases


def fresh_topics(bootstrap: str) -> None:
    """The registry's topics, empty, and the mark that they are the tests'.

    Raises:
        ExternalServersError: there are such topics, and no mark.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap})
    present = set(admin.list_topics(timeout=10).topics)
    ours = sorted(present & {topic.name for topic in from_registry()})
    if ours and _MARK not in present:
        raise ExternalServersError.not_ours(bootstrap, ours)
    if _MARK in present:  # of a run that was killed, or of another level
        _remove_topics(bootstrap)
    provision(bootstrap, [WantedTopic(_MARK, partitions=1, retention_ms=86_400_000)])
    provision(bootstrap, from_registry())


def _remove_topics(bootstrap: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = [topic.name for topic in from_registry()]
    # The mark goes last: a run that dies in between leaves topics that are known to be ours.
    for some in (names, [_MARK]):
        doomed = [n for n in some if n in admin.list_topics(timeout=10).topics]
        if doomed:
            for gone in admin.delete_topics(doomed).values():
                gone.result(10)
            _until_gone(admin, set(doomed))


def _until_gone(admin: AdminClient, names: set[str]) -> None:
    for _ in range(100):
        if not names & set(admin.list_topics(timeout=10).topics):
            return
