"""The inbox: each event has its effect once, whatever arrives how often.

The record is written in the same transaction as the effect. Where only the latest state matters, an
event older than one already applied is as good as handled. A sequence number that jumped ahead, by
mistake or by malice, keeps no true event out: see `Position`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from pymongo import ASCENDING, IndexModel, ReturnDocument

from contracts.envelope import Event
from services.chassis.database.client import Mongo, Session

log = structlog.get_logger(__name__)

T = TypeVar("T")
REACH = 1_000
"""No event that is merely late has so many events of its aggregate before it."""
SKEW = timedelta(seconds=1)
"""How far the clocks of a producer's replicas may differ."""
RETENTION = timedelta(days=45)  # longer than any topic keeps records
INDEXES = {
    "inbox": [
        IndexModel([("handled_at", ASCENDING)], expireAfterSeconds=int(RETENTION.total_seconds()))
    ],
    "inbox_positions": [],
}


@dataclass(frozen=True)
class EventPosition:
    """Where an event stands among those of its aggregate.

    `seq` is the producer's count; `partition` and `offset` its place in Kafka, `time` when it says
    that it happened, but never later than it was read. A replayed dead letter has no `offset`: when
    it comes says nothing about its age.

    The higher count is newer. A lower one is newer, too, if it lies later in the partition (where a
    producer writes an aggregate's events in their order) and is either out of reach of the higher
    one (`REACH`) or plainly happened after it: then the count had jumped.
    """

    seq: int
    partition: str = ""
    offset: int | None = None
    time: datetime | None = None

    def after(self, other: EventPosition) -> bool:
        """Whether this is the newer one."""
        if self.seq > other.seq:
            return True
        if self.offset is None or other.offset is None or self.partition != other.partition:
            return False
        jumped = other.seq - self.seq > REACH
        plainly = None not in (self.time, other.time) and self.time - other.time > SKEW  # type: ignore[operator] # both are there
        return self.offset > other.offset and (jumped or plainly)

    def older(self) -> list[dict[str, Any]]:
        """The same as a condition on stored positions that this one is after."""
        found: list[dict[str, Any]] = [{"seq": {"$lt": self.seq}}]
        if self.offset is not None:
            place = {"partition": self.partition, "offset": {"$lt": self.offset}}
            found.append({**place, "seq": {"$gt": self.seq + REACH}})
            if self.time is not None:
                found.append({**place, "time": {"$lt": self.time - SKEW}})
        return found


@dataclass(frozen=True)
class EventCause:
    """The event that a transaction handles: claiming it twice raises a duplicate-key error."""

    mongo: Mongo
    consumer: str
    source: str
    event_id: str
    type: str
    aggregate_id: str
    position: EventPosition
    latest_in: str | None = None

    async def claim(self, session: Session) -> None:
        """Write the inbox record in the running transaction.

        Raises:
            pymongo.errors.DuplicateKeyError: handled before, or (latest_in) overtaken by a newer
                event of the same aggregate. It has to leave the transaction.
        """
        await self.mongo.collection("inbox").insert_one(
            {
                "_id": f"{self.consumer}:{self.source}:{self.event_id}",
                "type": self.type,
                "aggregateid": self.aggregate_id,
                "seq": self.position.seq,
                "handled_at": datetime.now(UTC),
            },
            session=session,
        )
        if self.latest_in is not None:
            await self._overtake(session)

    async def _overtake(self, session: Session) -> None:
        now = self.position
        before = await self.mongo.collection("inbox_positions").find_one_and_update(
            {
                "_id": f"{self.consumer}:{self.source}:{self.latest_in}:{self.aggregate_id}",
                "$or": now.older(),
            },
            {"$set": vars(now)},
            upsert=True,
            return_document=ReturnDocument.BEFORE,
            session=session,
        )
        if before is not None and before["seq"] >= now.seq:
            log.error("sequence went back", type=self.type, was=before["seq"], seq=now.seq)


@dataclass(frozen=True)
class Incoming(Generic[T]):
    """An event as a consumer gets it: the parsed event, and the cause its transaction claims."""

    event: Event[Any]
    cause: EventCause
    data: T

    def latest(self, copy: str) -> EventCause:
        """The cause for handlers that keep only the latest state of the aggregate.

        `copy` names what they keep: event types that write the same copy share its order.
        """
        return replace(self.cause, latest_in=copy)
