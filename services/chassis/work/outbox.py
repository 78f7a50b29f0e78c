"""The outbox: events commit with the state that they tell of, and are published afterwards.

`Outbox` writes and reads the collection; `relay` moves what is unpublished to Kafka.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zlib import crc32

from pymongo import ASCENDING, IndexModel

from contracts.envelope import MAX_BYTES, Event
from contracts.topics import topic_of
from services.chassis.database.client import Mongo
from services.chassis.database.counting import counted

BUCKETS = 8
RETENTION = timedelta(days=7)
UNPUBLISHED = [("key", ASCENDING), ("seq", ASCENDING)]
INDEXES = {
    "outbox": [
        IndexModel([("aggregateid", ASCENDING), ("seq", ASCENDING)], unique=True),
        IndexModel(
            UNPUBLISHED,
            partialFilterExpression={"published": False},
        ),
        IndexModel(
            [("recorded_at", ASCENDING)],
            partialFilterExpression={"published": False},
        ),
        IndexModel(
            "published_at",
            name="published_at_ttl",
            # what waits is not in it: cheaper to write, and it cannot expire before it is published
            partialFilterExpression={"published": True},
            expireAfterSeconds=int(RETENTION.total_seconds()),
        ),
    ],
    "outbox_leases": [],
}


@dataclass(frozen=True)
class Record:
    """One message for Kafka, as bytes."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class RefusedRecordError(Exception):
    """Kafka will never take this record (too large, no such topic): waiting does not help."""


class Publisher(Protocol):
    """Sends records; each answer is None or why that record was not confirmed."""

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Send all, wait for all (bounded), answer in the same order.

        Records of one key go in order: after one that is not confirmed, none that follows it is.
        """
        ...


def bucket_of(key: str) -> int:
    """Which lease a key belongs to."""
    return crc32(key.encode()) % BUCKETS


class Outbox:
    """The collection `outbox` of one service."""

    def __init__(self, mongo: Mongo) -> None:
        """Keep the collection and the bell that wakes the relay after a commit."""
        self.collection = mongo.db["outbox"]
        self.bell = asyncio.Event()

    async def pending(self) -> tuple[int, datetime | None]:
        """How many events wait, and since when the oldest does."""
        oldest = await self.collection.find_one(
            {"published": False}, {"recorded_at": 1}, sort=[("recorded_at", ASCENDING)]
        )
        if oldest is None:
            return 0, None
        # The planner takes a partial index only where its own field is asked for: hence the hint.
        count = await counted(self.collection, {"published": False}, hint=UNPUBLISHED)
        return count, oldest["recorded_at"]

    async def republish(self) -> int:
        """Mark everything retained as unpublished: for a broker that forgot it (inboxes dedupe)."""
        done = await self.collection.update_many(
            {"published": True}, {"$set": {"published": False}}
        )
        self.bell.set()
        return done.modified_count


def outbox_document(event: Event[Any]) -> dict[str, Any]:
    """An event as the outbox keeps it until it is published."""
    value = event.to_json()
    if len(value) > MAX_BYTES:  # no consumer would take it
        message = f"{event.type}: {len(value)} bytes, {MAX_BYTES} are the most"
        raise ValueError(message)
    return {
        "_id": event.id,
        "aggregateid": event.aggregateid,
        "seq": event.seq,
        "key": event.aggregateid,
        "bucket": bucket_of(event.aggregateid),
        "topic": topic_of(event.data).name,
        "type": event.type,
        "correlationid": event.correlationid,
        "traceparent": event.traceparent,
        "value": value,
        "headers": [[k, v] for k, v in event.headers()],
        "recorded_at": event.time,
        "published": False,
        "published_at": None,
    }
