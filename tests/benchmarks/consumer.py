"""Consumer with inbox: events that have their effect exactly once, per second.

The handler updates one document and emits one event, in the transaction that also has the inbox
record. Baseline: the same writes in bare transactions, through the same client, as many at a time.
«Alone» consumes only; «with its relay» also publishes what it emitted, in the same process, as a
running service does. `getmany` is aiokafka reading, with no effect at all.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts.identity import ProfileRejected
from contracts.partners import IdentityChecked
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.runtime.service import Runtime
from services.chassis.work.outbox import outbox_document
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS, servers, until
from tests.support.service import an_event, fresh_database, platform_of
from tests.support.tools import counter

EVENTS = 5_000
CONCURRENCY = 16  # what the dispatcher does at a time
UNIT = "events/s"
TOPIC = "registry.events"
Positions = Mapping[TopicPartition, int]


async def run() -> list[Row]:
    """Measure all of them in turns."""
    bare: list[float] = []
    alone: list[float] = []
    relayed: list[float] = []
    read: list[float] = []
    async with servers() as stack:
        platform = platform_of(stack)
        for _ in range(REPETITIONS):
            sent = await _send(platform)
            bare.append(await _bare(platform))
            alone.append(await _consume(platform, sent, relay=False))
            relayed.append(await _consume(platform, sent, relay=True))
            read.append(await _read(platform, sent))
    baseline = statistics.median(bare)
    return [
        Row(name, statistics.median(rates), UNIT, statistics.median(rates) / baseline)
        for name, rates in (
            ("bare transactions with the same writes (baseline)", bare),
            ("consumer with inbox, alone", alone),
            ("consumer with inbox, with its relay", relayed),
            ("aiokafka getmany, no effect", read),
        )
    ]


async def _send(platform: Platform) -> Positions:
    """Publish small events, each of its own aggregate; where the first of them are."""
    keys = [secrets.token_hex(12) for _ in range(EVENTS)]
    events = [an_event(counter.checked(key), aggregate_id=key) for key in keys]
    async with AIOKafkaProducer(bootstrap_servers=platform.kafka_bootstrap) as producer:
        partitions = [TopicPartition(TOPIC, p) for p in await producer.partitions_for(TOPIC)]
        async with _reader(platform) as consumer:
            before: Positions = await consumer.end_offsets(partitions)
        sent = [
            await producer.send(TOPIC, e.to_json(), e.aggregateid.encode(), headers=e.headers())
            for e in events
        ]
        await asyncio.gather(*sent)
    return before


@asynccontextmanager
async def _reader(platform: Platform, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=platform.kafka_bootstrap,
        group_id=group,
        enable_auto_commit=False,
        fetch_max_wait_ms=platform.kafka_fetch_max_wait_ms,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def _read(platform: Platform, sent: Positions) -> float:
    async with _reader(platform) as consumer:
        consumer.assign(list(sent))
        for partition, offset in sent.items():
            consumer.seek(partition, offset)
        count = 0
        started = time.perf_counter()
        while count < EVENTS:
            found = await consumer.getmany(timeout_ms=20, max_records=200)
            count += sum(len(records) for records in found.values())
        return count / (time.perf_counter() - started)


async def _bare(platform: Platform) -> float:
    app = counter.build(platform, fresh_database())
    runtime = find(app, Runtime)
    limit = asyncio.Semaphore(CONCURRENCY)
    works = [_writes(runtime) for _ in range(EVENTS)]
    async with counter.prepared(app):

        async def one(work: tuple[dict[str, Any], dict[str, Any]]) -> None:
            async with limit, await runtime.mongo.client.start_session() as session:
                await session.with_transaction(
                    lambda session: _write(runtime, work, session),
                    read_concern=ReadConcern("snapshot"),
                    write_concern=WriteConcern("majority"),
                )

        await asyncio.gather(*(one(work) for work in works[:100]))
        started = time.perf_counter()
        await asyncio.gather(*(one(work) for work in works[100:]))
        return (EVENTS - 100) / (time.perf_counter() - started)


def _writes(runtime: Runtime) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inbox record and the outbox record of one event."""
    key = secrets.token_hex(12)
    event = an_event(ProfileRejected(account_id=key, mismatches=()), aggregate_id=key)
    inbox = {
        "_id": f"{runtime.name}:{event.id}",
        "type": IdentityChecked.TYPE,
        "aggregateid": key,
        "seq": 1,
        "handled_at": datetime.now(UTC),
    }
    return inbox, outbox_document(event)


async def _write(
    runtime: Runtime,
    work: tuple[dict[str, Any], dict[str, Any]],
    session: AsyncIOMotorClientSession,
) -> None:
    inbox, outbox = work
    db = runtime.mongo.db
    await db["inbox"].insert_one(inbox, session=session)
    await db["counts"].find_one_and_update(
        {"_id": inbox["aggregateid"]}, {"$inc": {"count": 1}}, upsert=True, session=session
    )
    await db["outbox"].insert_one(outbox, session=session)


async def _consume(platform: Platform, sent: Positions, *, relay: bool) -> float:
    """From the first effects to the last; joining the group is not in it."""
    group = f"benchmark-{secrets.token_hex(4)}"
    async with _reader(platform, group) as consumer:
        consumer.assign(list(sent))
        await consumer.commit(dict(sent))
    publisher = KafkaPublisher(platform.kafka_bootstrap, client_id=group)
    app = counter.build(platform, fresh_database(), name=group, publisher=publisher)
    runtime = find(app, Runtime)
    handled = runtime.metrics.events_handled.labels(IdentityChecked.TYPE, "handled")._value.get
    published = runtime.metrics.events_published.labels(ProfileRejected.TYPE)._value.get
    async with counter.prepared(app):
        loops = [runtime.supervisor.run, *([runtime.relay.run] if relay else [])]
        tasks = [asyncio.create_task(loop()) for loop in loops]
        try:
            await until(lambda: handled() >= 100)
            first, started = int(handled()), time.perf_counter()
            await until(lambda: handled() >= EVENTS)
            if relay:
                await until(lambda: published() >= EVENTS)
            return (EVENTS - first) / (time.perf_counter() - started)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await publisher.close()
