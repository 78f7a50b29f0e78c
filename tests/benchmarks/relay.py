"""Outbox relay: committed events that reach Kafka and are marked, per second.

Baseline: the same bytes with the same keys by a bare aiokafka producer with the same settings, sent
at once and then awaited. The relay does more: it reads the events from MongoDB and marks them in a
transaction that confirms its leases. «Pick and mark» is that part alone, with a publisher that
confirms at once: nearly all of the difference.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from contracts.envelope import Event
from contracts.identity import ProfileRejected
from services.chassis.http.facilities import find
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.kafka.relay import Relay
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.outbox import Publisher, outbox_document
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS, servers, until
from tests.support.service import Collector, an_event, fresh_database, platform_of
from tests.support.stack import ServerStack
from tests.support.tools import counter

EVENTS = 5_000
FEW_KEYS = 20
UNIT = "events/s"
_SPREADS = {"every event its own key": EVENTS, f"{FEW_KEYS} keys": FEW_KEYS}


async def run() -> list[Row]:
    """Measure both spreads of keys, in turns."""
    async with servers() as stack:
        rows: list[Row] = []
        for spread, keys in _SPREADS.items():
            rates: dict[str, list[float]] = {"bare": [], "relay": [], "database": []}
            for _ in range(REPETITIONS):
                events = _events(keys)
                rates["bare"].append(await _bare(stack, events))
                publisher = KafkaPublisher(stack.kafka_bootstrap, client_id="benchmark")
                rates["relay"].append(await _relay(stack, _events(keys), publisher))
                await publisher.close()
                rates["database"].append(await _relay(stack, _events(keys), Collector()))
            bare, relay, database = (statistics.median(r) for r in rates.values())
            rows += [
                Row(f"{spread}: bare aiokafka sends (baseline)", bare, UNIT, 1.0),
                Row(f"{spread}: relay", relay, UNIT, relay / bare),
                Row(f"{spread}: of it, pick and mark alone", database, UNIT, database / bare),
            ]
        return rows


def _events(keys: int) -> list[Event[Any]]:
    """Committed in the order of their sequence, the keys taking turns."""
    names = [secrets.token_hex(12) for _ in range(keys)]
    return [
        an_event(
            ProfileRejected(account_id=names[n % keys], mismatches=()),
            aggregate_id=names[n % keys],
            seq=n // keys + 1,
        )
        for n in range(EVENTS)
    ]


async def _bare(stack: ServerStack, events: Sequence[Event[Any]]) -> float:
    records = [(e.aggregateid.encode(), e.to_json(), e.headers()) for e in events]
    async with AIOKafkaProducer(
        bootstrap_servers=stack.kafka_bootstrap, acks="all", max_batch_size=256 * 1024
    ) as producer:
        await producer.send_and_wait("identity.events", b"warm", key=b"warm")
        started = time.perf_counter()
        sent = [
            await producer.send("identity.events", value, key=key, headers=headers)
            for key, value, headers in records
        ]
        await asyncio.gather(*sent)
        return len(records) / (time.perf_counter() - started)


async def _relay(stack: ServerStack, events: Sequence[Event[Any]], publisher: Publisher) -> float:
    app = counter.build(platform_of(stack), fresh_database())
    runtime = find(app, Runtime)
    async with counter.prepared(app):
        # connected before the clock starts, as in a service that runs
        await publisher.publish([])
        await _commit(runtime, events)
        metrics = Metrics()
        relay = Relay(runtime.mongo, runtime.outbox, publisher, metrics)
        published = metrics.events_published.labels(ProfileRejected.TYPE)
        started = time.perf_counter()
        task = asyncio.create_task(relay.run())
        await until(lambda: published._value.get() >= len(events))
        took = time.perf_counter() - started
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return len(events) / took


async def _commit(runtime: Runtime, events: Sequence[Event[Any]]) -> None:
    for first in range(0, len(events), 1000):
        part = events[first : first + 1000]

        documents = [outbox_document(event) for event in part]
        await runtime.outbox.collection.insert_many(documents)
