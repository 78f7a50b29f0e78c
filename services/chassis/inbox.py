"""The inbox: each event has its effect once, whatever arrives how often.

The record is written in the same transaction as the effect. Where only the latest state matters, an
event older than one already applied is as good as handled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from pymongo import ASCENDING, IndexModel

from contracts.envelope import Event
from services.chassis.mongo import Mongo, Session

T = TypeVar("T")
RETENTION = timedelta(days=45)  # longer than any topic keeps records
INDEXES = {
    "inbox": [
        IndexModel([("handled_at", ASCENDING)], expireAfterSeconds=int(RETENTION.total_seconds()))
    ],
    "inbox_positions": [],
}


@dataclass(frozen=True)
class EventCause:
    """The event that a transaction handles: claiming it twice raises a duplicate-key error."""

    mongo: Mongo
    consumer: str
    source: str
    event_id: str
    type: str
    aggregate_id: str
    seq: int
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
                "seq": self.seq,
                "handled_at": datetime.now(UTC),
            },
            session=session,
        )
        if self.latest_in is not None:
            place = f"{self.consumer}:{self.source}:{self.latest_in}:{self.aggregate_id}"
            await self.mongo.collection("inbox_positions").update_one(
                {"_id": place, "seq": {"$lt": self.seq}},
                {"$set": {"seq": self.seq}},
                upsert=True,
                session=session,
            )


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
