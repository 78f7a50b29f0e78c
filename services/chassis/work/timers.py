"""Durable timers: «at this time, do that» – deadlines, reminders, and intents to act outside.

A timer is written in the transaction that needs it, and removed in the transaction that records its
result: a crash in between runs it again, so every handler is repeatable. A timer due now is the way
to record the intent of an outside effect (S3, SMS, sealing).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Mongo
from services.chassis.foundation.errors import AlreadyHandledError
from services.chassis.telemetry.journey import current
from services.chassis.work.unit import Check, Unit

INDEXES = {
    "timers": [IndexModel([("kind", ASCENDING), ("state", ASCENDING), ("due_at", ASCENDING)])]
}
_SAME_WORK = timedelta(minutes=1)
"""A timer due within this is a part of the work that set it (see `tracing`)."""


@dataclass(frozen=True)
class Due:
    """A timer that is due and leased to us; a transaction that claims it removes it."""

    mongo: Mongo
    kind: str
    key: str
    token: str
    payload: Mapping[str, Any]
    attempts: int

    @property
    def id(self) -> str:
        """The timer's identity."""
        return timer_id(self.kind, self.key)

    def claim(self, unit: Unit) -> Check:
        """Remove the timer with the running unit; see `Cause`."""
        timers = self.mongo.collection("timers")
        ours = unit.ask(timers, {"_id": self.id, "token": self.token})

        async def check() -> None:
            if await ours() is None:  # leased by somebody else, set anew or cancelled
                raise AlreadyHandledError(self.id)
            if not unit.wrote(timers, self.id):  # what it set anew stays
                await unit.delete(timers, self.id)

        return check


TimerHandler: TypeAlias = Callable[[Due], Awaitable[None]]


class Timers:
    """The timers of a service; wakes their loops when some may be due."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.collection = mongo.db["timers"]
        self._bells: list[tuple[frozenset[str], asyncio.Event]] = []

    def bell(self, kinds: frozenset[str]) -> asyncio.Event:
        """An event that is set when a timer of one of these kinds may be due."""
        made = asyncio.Event()
        self._bells.append((kinds, made))
        return made

    def ring(self, kinds: AbstractSet[str]) -> None:
        """Wake the loops of these kinds: what they wait for has committed."""
        for heard, bell in self._bells:
            if heard & kinds:
                bell.set()

    async def set_of(self, kind: str) -> int:
        """How many timers of one kind are set, due or not."""
        return await self.collection.count_documents({"kind": kind, "state": "waiting"})

    async def waiting(self, kind: str, now: datetime) -> tuple[int, int, datetime | None]:
        """Of one kind: how many are due, how many failed for good, since when the oldest is due."""
        due = {"kind": kind, "state": "waiting", "due_at": {"$lte": now}}
        oldest = await self.collection.find_one(due, {"due_at": 1}, sort=[("due_at", ASCENDING)])
        return (
            await self.collection.count_documents(due) if oldest else 0,
            await self.collection.count_documents({"kind": kind, "state": "failed"}),
            oldest["due_at"] if oldest else None,
        )


def timer_id(kind: str, key: str) -> str:
    """The timer's identity: one timer per kind and key."""
    return f"{kind}:{key}"


def timer_document(
    kind: str, key: str, due_at: datetime, payload: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A timer as it is stored, set by the running journey. The payload is plain BSON data."""
    journey = current()
    return {
        "_id": timer_id(kind, key),
        "kind": kind,
        "key": key,
        "due_at": due_at,
        "state": "waiting",
        "token": secrets.token_hex(8),
        "payload": dict(payload or {}),
        "attempts": 0,
        "correlation_id": journey.correlation_id,
        "traceparent": journey.traceparent,
        "set_by": journey.causation_id,
        "later": due_at - datetime.now(UTC) > _SAME_WORK,
    }
