"""Kafka from a test's side: write any bytes, read everything, run a process and kill it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from contracts.envelope import Event
from contracts.topics import TOPIC_OF
from services.chassis.foundation.settings import Platform

_PATIENCE = 40.0

Headers = Iterable[tuple[str, bytes | None]]


async def send(
    platform: Platform,
    events: Sequence[Event[Any]] = (),
    raw: Sequence[tuple[str, bytes | None, bytes, Headers]] = (),
) -> None:
    """Publish events as their producer would, and raw records (topic, key, value, headers)."""
    producer = AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap)
    await producer.start()
    try:
        for e in events:
            await producer.send_and_wait(
                TOPIC_OF[e.type].name,
                e.to_json(),
                key=e.aggregateid.encode(),
                headers=e.headers(),
            )
        for topic, key, value, headers in raw:
            await producer.send_and_wait(topic, value, key=key, headers=list(headers))
    finally:
        await producer.stop()


async def read_all(platform: Platform, topic: str) -> list[bytes]:
    """Every value in the topic right now, per partition in order (by a client not our own)."""
    return await asyncio.to_thread(_read_all, platform.kafka_bootstrap, topic)


def _read_all(bootstrap: str, topic: str) -> list[bytes]:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"reader-{secrets.token_hex(6)}",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=5).topics[topic].partitions
        consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
        found: list[bytes] = []
        ended: set[int] = set()
        until = time.monotonic() + _PATIENCE
        while len(ended) < len(partitions):
            message = consumer.poll(1)
            if message is None:  # a part of it would look like records that were lost
                assert time.monotonic() < until, f"{topic} could not be read to its end"
            elif message.error():
                ended.add(message.partition() or 0)
            else:
                found.append(message.value() or b"")
        return found
    finally:
        consumer.close()


@asynccontextmanager
async def victim(
    step: str, platform: Platform, database: str, name: str, key: str = ""
) -> AsyncIterator[Any]:
    """A counting service in its own process, stopped at `step`; killed at the end in any case."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.victims.counting",
        step,
        platform.mongo_url,
        platform.kafka_bootstrap,
        database,
        name,
        key,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


_draining: set[asyncio.Task[None]] = set()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65_536):
        continue


async def reached(process: Any, *, within: float = 60.0) -> None:
    """Wait until the victim is at its step."""
    seen: list[bytes] = []
    with contextlib.suppress(TimeoutError):  # what it said is the better message
        async with asyncio.timeout(within):
            async for line in process.stdout:
                seen.append(line)
                if line.startswith(b"REACHED"):
                    # It goes on logging: a full pipe would hold its event loop, heartbeats and all.
                    drain = asyncio.create_task(_drain(process.stdout))
                    _draining.add(drain)
                    drain.add_done_callback(_draining.discard)
                    return
    raise AssertionError(b"".join(seen).decode() or f"it said nothing in {within} s")
