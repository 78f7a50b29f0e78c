"""Events written to Kafka all the time while something happens, and the group that reads them.

Everything here goes through clients that are not the chassis's own, so that it can be believed
about the chassis.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from contracts.topics import TOPIC_OF
from services.chassis.foundation.settings import Platform
from tests.support.service import an_event
from tests.support.tools import counter

TOPIC = "registry.events"
"""The topic that the counting service hears."""


@dataclass
class Load:
    """Rounds of events: one for every key in each round, numbered by the round."""

    keys: tuple[str, ...]
    rounds: int = 0
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def written(self) -> int:
        """How many events Kafka confirmed."""
        return self.rounds * len(self.keys)

    @property
    def expected(self) -> dict[str, int]:
        """What a counter has counted when each event had its effect once."""
        return dict.fromkeys(self.keys, self.rounds)

    async def write(self, platform: Platform, *, pause: float) -> None:
        """Round after round until `end`; waits through a Kafka that is away."""
        producer = AIOKafkaProducer(
            bootstrap_servers=platform.kafka_bootstrap,
            # The load itself must neither double nor reorder when the broker dies.
            enable_idempotence=True,
            request_timeout_ms=60_000,
        )
        try:
            await producer.start()
            while not self._stop.is_set():
                await self._round(producer, self.rounds + 1)
                self.rounds += 1
                await _pause(self._stop, pause)
        finally:
            self._over.set()
            await producer.stop()

    async def _round(self, producer: AIOKafkaProducer, number: int) -> None:
        confirmations = []
        for key in self.keys:
            event = an_event(counter.checked(key), aggregate_id=key, seq=number)
            confirmations.append(
                await producer.send(
                    TOPIC_OF[event.type].name,
                    event.to_json(),
                    key=key.encode(),
                    headers=event.headers(),
                )
            )
        await asyncio.gather(*confirmations)

    async def end(self) -> None:
        """No further round; returns when the last one is written."""
        self._stop.set()
        async with asyncio.timeout(60):
            await self._over.wait()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


@asynccontextmanager
async def under_load(
    platform: Platform, *, keys: int = 48, pause: float = 0.2
) -> AsyncIterator[Load]:
    """Events come in all the time inside the block; all of them are written after it."""
    load = Load(tuple(f"{secrets.token_hex(3)}-{n}" for n in range(keys)))
    writing = asyncio.create_task(load.write(platform, pause=pause))
    try:
        yield load
        await load.end()
        async with asyncio.timeout(60):
            await writing
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


async def lag(platform: Platform, group: str, topic: str = TOPIC) -> int:
    """How many records of the topic the group has not committed, over all partitions."""
    return await asyncio.to_thread(_lag, platform.kafka_bootstrap, group, topic)


def _lag(bootstrap: str, group: str, topic: str) -> int:
    asking = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False}
    )
    try:
        partitions = asking.list_topics(topic, timeout=10).topics[topic].partitions
        committed = asking.committed([TopicPartition(topic, p) for p in partitions], timeout=10)
        behind = 0
        for place in committed:
            first, end = asking.get_watermark_offsets(place, timeout=10, cached=False)
            behind += end - max(place.offset, first)  # nothing committed yet: a negative offset
        return behind
    finally:
        asking.close()


async def from_now_on(platform: Platform, group: str, topic: str = TOPIC) -> None:
    """Let a new group begin at the end of the topic, past what earlier tests wrote."""
    await asyncio.to_thread(_from_now_on, platform.kafka_bootstrap, group, topic)


def _from_now_on(bootstrap: str, group: str, topic: str) -> None:
    client = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False}
    )
    try:
        partitions = client.list_topics(topic, timeout=10).topics[topic].partitions
        places = [TopicPartition(topic, p) for p in partitions]
        for place in places:
            place.offset = client.get_watermark_offsets(place, timeout=10, cached=False)[1]
        client.commit(offsets=places, asynchronous=False)
    finally:
        client.close()


async def members(platform: Platform, group: str) -> dict[str, int]:
    """The members of the group and how many partitions each holds, as the broker sees it."""
    return await asyncio.to_thread(_members, platform.kafka_bootstrap, group)


def _members(bootstrap: str, group: str) -> dict[str, int]:
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})
    described = admin.describe_consumer_groups([group], request_timeout=10)[group].result()
    return {m.member_id: len(m.assignment.topic_partitions) for m in described.members}


async def shared_by(platform: Platform, group: str, count: int) -> bool:
    """Whether exactly `count` members hold partitions and nobody joins without any.

    Raises:
        AssertionError: not so; says who holds how many (for `eventually`).
    """
    held = await members(platform, group)
    assert len(held) == count, held
    assert all(held.values()), held
    return True
