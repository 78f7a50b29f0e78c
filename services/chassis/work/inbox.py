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
from pymongo import ASCENDING, IndexModel

from contracts.envelope import Event
from services.chassis.database.client import Mongo
from services.chassis.foundation.errors import AlreadyHandledError
from services.chassis.work.attempt import Attempt, Check

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


@dataclass(frozen=True)
class EventCause:
    """The event that a transaction handles: it is claimed once."""

    mongo: Mongo
    consumer: str
    source: str
    event_id: str
    type: str
    aggregate_id: str
    position: EventPosition
    latest_in: str | None = None

    def claim(self, attempt: Attempt) -> Check:
        """Write the inbox record with the running unit; see `Cause`.

        Handled before is also (latest_in) what was overtaken by a newer event of the aggregate.
        """
        inbox = self.mongo.collection("inbox")
        id_ = f"{self.consumer}:{self.source}:{self.event_id}"
        before = attempt.ask(inbox, {"_id": id_})
        overtake = None if self.latest_in is None else self._overtake(attempt, self.latest_in)
        record = {
            "_id": id_,
            "type": self.type,
            "aggregateid": self.aggregate_id,
            "seq": self.position.seq,
            "handled_at": datetime.now(UTC),
        }

        async def check() -> None:
            if await before() is not None:
                raise AlreadyHandledError(str(self))
            if overtake is not None:
                await overtake()
            await attempt.insert(inbox, [record], duplicate=self._handled)

        return check

    def _overtake(self, attempt: Attempt, copy: str) -> Check:
        positions = self.mongo.collection("inbox_positions")
        id_ = f"{self.consumer}:{self.source}:{copy}:{self.aggregate_id}"
        newest = attempt.ask(positions, {"_id": id_})

        async def check() -> None:
            found, now = await newest(), self.position
            if found is not None:
                before = EventPosition(
                    found["seq"], found.get("partition", ""), found.get("offset"), found.get("time")
                )
                if not now.after(before):
                    raise AlreadyHandledError(str(self))
                if before.seq >= now.seq:
                    log.error("sequence went back", type=self.type, was=before.seq, seq=now.seq)
            document = {"_id": id_, **vars(now)}
            await attempt.replace(positions, {"_id": id_}, document, duplicate=self._handled)

        return check

    def _handled(self, _: str) -> Exception:
        return AlreadyHandledError(str(self))


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
