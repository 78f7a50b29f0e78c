"""Durable timers: «at this time, do that» – deadlines, reminders, and intents to act outside.

A timer is written in the transaction that needs it, and removed in the transaction that records its
result: a crash in between runs it again, so every handler is repeatable. A timer due now is the way
to record the intent of an outside effect (S3, SMS, sealing).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeAlias

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Document, Mongo
from services.chassis.database.counting import counted
from services.chassis.foundation.errors import AlreadyHandledError
from services.chassis.telemetry.journey import current, random_hex
from services.chassis.work.attempt import Attempt, Check

INDEXES = {
    "timers": [IndexModel([("kind", ASCENDING), ("state", ASCENDING), ("due_at", ASCENDING)])]
}
SETTERS_LEASE = timedelta(seconds=30)
"""Shorter than other leases: who set it is about to run it, or dead."""
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

    def claim(self, attempt: Attempt) -> Check:
        """Remove the timer with the running unit; see `Cause`."""
        timers = self.mongo.collection("timers")
        ours = attempt.ask(timers, {"_id": self.id, "token": self.token})

        async def check() -> None:
            if await ours() is None:  # leased by somebody else, set anew or cancelled
                raise AlreadyHandledError(self.id)
            if not attempt.wrote(timers, self.id):  # what it set anew stays
                await attempt.delete(timers, self.id)

        return check


TimerHandler: TypeAlias = Callable[[Due], Awaitable[None]]


class Runner(Protocol):
    """Runs timers of this process; see `TimerLoop`."""

    def keep_place(self) -> bool:
        """Whether one more may be begun here; `begin` or `free_place` follows."""
        ...

    def free_place(self) -> None:
        """It does not come."""
        ...

    def begin(self, document: Document) -> None:
        """Run it: it is committed, and leased by us."""
        ...


class Timers:
    """The timers of a service; wakes their loops when some may be due."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.collection = mongo.db["timers"]
        self._bells: list[tuple[frozenset[str], asyncio.Event]] = []
        self._runners: dict[str, Runner] = {}

    def attach(self, kinds: Iterable[str], runner: Runner) -> asyncio.Event:
        """Have timers of these kinds run here; the event is set when one of them may be due."""
        made = asyncio.Event()
        heard = frozenset(kinds)
        self._bells.append((heard, made))
        self._runners |= dict.fromkeys(heard, runner)
        return made

    def runner_of(self, kind: str) -> Runner | None:
        """Who runs timers of this kind in this process, if anybody does."""
        return self._runners.get(kind)

    def ring(self, kinds: AbstractSet[str]) -> None:
        """Wake the loops of these kinds: what they wait for has committed."""
        for heard, bell in self._bells:
            if heard & kinds:
                bell.set()

    async def set_of(self, kind: str) -> int:
        """How many timers of one kind are set, due or not."""
        return await counted(self.collection, {"kind": kind, "state": "waiting"})

    async def waiting(self, kind: str, now: datetime) -> tuple[int, int, datetime | None]:
        """Of one kind: how many are due, how many failed for good, since when the oldest is due."""
        due = {"kind": kind, "state": "waiting", "due_at": {"$lte": now}}
        oldest = await self.collection.find_one(due, {"due_at": 1}, sort=[("due_at", ASCENDING)])
        return (
            await counted(self.collection, due) if oldest else 0,
            await counted(self.collection, {"kind": kind, "state": "failed"}),
            oldest["due_at"] if oldest else None,
        )


def leased_by_setter(document: dict[str, Any]) -> dict[str, Any]:
    """A timer that is due now, as one that is leased already by the process that sets it.

    It saves the write and the reads of a lease. Should the process die, it comes again somewhere
    else when the lease is over.
    """
    return {**document, "due_at": datetime.now(UTC) + SETTERS_LEASE, "attempts": 1}


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
        "token": random_hex(8),
        "payload": dict(payload or {}),
        "attempts": 0,
        "correlation_id": journey.correlation_id,
        "traceparent": journey.traceparent,
        "set_by": journey.causation_id,
        "later": due_at - datetime.now(UTC) > _SAME_WORK,
    }
