"""Topics of the registry, made on a broker: `python -m deploy.stacks.topics HOST:PORT`.

Only ever adds: a topic that is there keeps its partitions, since another number would send the
same key elsewhere. It refuses to delete anything.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from aiokafka import AIOKafkaClient
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from contracts.topics import TOPICS

T = TypeVar("T")

_DAY_MS = 86_400_000
_RETRY_FOR = 15.0


@dataclass(frozen=True)
class WantedTopic:
    """What a broker needs to know of a topic."""

    name: str
    partitions: int
    retention_ms: int


def from_registry() -> tuple[WantedTopic, ...]:
    """The topics that `contracts.topics` names."""
    return tuple(
        WantedTopic(t.name, t.partitions, int(t.retention.total_seconds() * 1000)) for t in TOPICS
    )


def brokers_answer(bootstrap: str) -> bool:
    """Whether a Kafka at `bootstrap` knows at least one live broker."""

    async def ask() -> bool:
        client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=2_000)
        try:
            await client.bootstrap()
            return bool(client.cluster.brokers())
        finally:
            await client.close()

    host, _, port = bootstrap.rpartition(":")
    try:
        # The client would log each refusal; a plain connection asks more quietly.
        socket.create_connection((host, int(port)), timeout=2).close()
        return _run(ask())
    except (KafkaError, OSError):
        return False


def provision(bootstrap: str, topics: Iterable[WantedTopic], *, replicas: int = 1) -> list[str]:
    """Make the topics that are missing; the names of those made.

    Raises:
        KafkaError: the broker refused one, or did not answer.
    """
    return _run(_provision(bootstrap, list(topics), replicas))


def _run(work: Coroutine[Any, Any, T]) -> T:
    # In a thread of its own: the caller may be inside a running loop, where asyncio.run refuses.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _provision(bootstrap: str, topics: list[WantedTopic], replicas: int) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        if missing:
            await _create(admin, missing, replicas)
            await _settle(admin, missing)
        return [topic.name for topic in missing]
    finally:
        await admin.close()


def _kept(retention_ms: int) -> dict[str, str]:
    """Only closed segments are deleted, and one stays open for a week unless told otherwise."""
    segment_ms = min(retention_ms, _DAY_MS)
    return {"retention.ms": str(retention_ms), "segment.ms": str(segment_ms)}


async def _create(admin: AIOKafkaAdminClient, missing: list[WantedTopic], replicas: int) -> None:
    wanted = [
        NewTopic(
            name=topic.name,
            num_partitions=topic.partitions,
            replication_factor=replicas,
            topic_configs=_kept(topic.retention_ms),
        )
        for topic in missing
    ]
    deadline = time.monotonic() + _RETRY_FOR
    while True:
        answer = await admin.create_topics(wanted)
        refused = [
            (name, for_code(code), detail)
            for name, code, detail, *_ in answer.topic_errors
            if code and for_code(code) is not TopicAlreadyExistsError
        ]
        if not refused:
            return
        name, error, detail = refused[0]
        if not error.retriable or time.monotonic() > deadline:
            complaint = f"{name}: {detail}"
            raise error(complaint)
        await asyncio.sleep(0.2)  # a broker that has just started is fenced for a moment


async def _settle(admin: AIOKafkaAdminClient, made: list[WantedTopic]) -> None:
    """Wait until the new topics can be written and groups can be joined.

    The first question for a coordinator makes the broker create its own topic for groups; asked
    here, no service has to meet that moment.
    """
    deadline = time.monotonic() + _RETRY_FOR
    while time.monotonic() < deadline:
        try:
            await admin.find_coordinator("deploy.stacks.topics")
            described = await admin.describe_topics([topic.name for topic in made])
        except KafkaError:
            described = []
        partitions = [part for topic in described for part in topic["partitions"]]
        if partitions and all(part["leader"] >= 0 for part in partitions):
            return
        await asyncio.sleep(0.1)


def main(arguments: list[str]) -> int:
    """The command line."""
    if len(arguments) != 1:
        print("usage: python -m deploy.stacks.topics HOST:PORT", file=sys.stderr)
        return 2
    made = provision(arguments[0], from_registry())
    print(f"{len(made)} topics made" + (": " + ", ".join(made) if made else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
