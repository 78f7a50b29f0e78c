"""The unit of work: one request, message or timer, all of it or nothing.

State, outgoing events, timers, the claimed cause and the stored answer commit together or not at
all, and with them the units that waited at the same moment (see `groups`). Opened in a use case,
nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from contracts.envelope import Data, Event, new_event
from services.chassis.database.client import Mongo
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import DuplicateError, RefusalError, StaleVersionError
from services.chassis.telemetry.journey import current, random_hex
from services.chassis.telemetry.steps import tell_recorded
from services.chassis.telemetry.tracing import Kind, span
from services.chassis.work.attempt import Attempt, Check
from services.chassis.work.group import Group
from services.chassis.work.groups import Groups
from services.chassis.work.outbox import Outbox, outbox_document
from services.chassis.work.timers import Runner, Timers, leased_by_setter, timer_document, timer_id
from services.chassis.work.unit import Unit

T = TypeVar("T")
_ID = "_id"


class Cause(Protocol):
    """What a transaction handles: an event or a due timer, claimed inside it."""

    def claim(self, attempt: Attempt) -> Check:
        """Ask whether it was handled, with the first reads of the work; then check, and claim it.

        Raises:
            AlreadyHandledError: (the check) it was handled before. Whatever the work says then,
                counts for nothing.
        """
        ...


@dataclass(frozen=True)
class Fact:
    """A fact with the id that its event will have: for an aggregate that keeps what it asked."""

    event_id: str
    data: Data


def new_event_id() -> str:
    """The id of an event that is made now: unique, and no secret."""
    return random_hex(16)


class Transaction(Attempt):
    """What a use case works with inside: documents, and what is to commit with the state."""

    def __init__(self, group: Group, unit: Unit, source: str, timers: Timers) -> None:
        super().__init__(group, unit)
        self._source = source
        self._timers = timers
        self.events: list[Event[Any]] = []
        self._kinds_set: set[str] = set()
        self._at_once: dict[str, tuple[Runner, dict[str, Any]]] = {}
        self.timers = 0

    def emit(self, aggregate_id: str, seq: int, data: Data | Fact) -> Event[Any]:
        """Record a fact about an aggregate; `seq` is the aggregate's version that it made."""
        journey = current()
        fact = data if isinstance(data, Fact) else Fact(new_event_id(), data)
        event = new_event(
            fact.data,
            event_id=fact.event_id,
            source=self._source,
            aggregate_id=aggregate_id,
            seq=seq,
            now=datetime.now(UTC),
            correlation_id=journey.correlation_id,
            causation_id=journey.causation_id,
            traceparent=journey.traceparent,
        )
        self.events.append(event)
        return event

    async def set_timer(
        self,
        kind: str,
        key: str,
        due_at: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Set (or move) the durable timer `kind:key`; due now means: as soon as this commits."""
        document = timer_document(kind, key, due_at, payload)
        id_ = document["_id"]
        self._not_at_once(id_)
        self.timers += 1
        runner = self._timers.runner_of(kind) if due_at <= datetime.now(UTC) else None
        if runner is not None and runner.keep_place():
            document = leased_by_setter(document)
            self._at_once[id_] = (runner, document)
        else:
            self._kinds_set.add(kind)
        query = {"_id": id_}
        await self.replace(self._timers.collection, query, document, duplicate=DuplicateError)

    async def cancel_timer(self, kind: str, key: str) -> None:
        """Drop the timer if it is there."""
        self._not_at_once(timer_id(kind, key))
        await self.delete(self._timers.collection, timer_id(kind, key))

    def begin_timers(self) -> None:
        """It has committed: what is due at once is run at once, or its loop is told of it."""
        begun, self._at_once = self._at_once, {}
        for runner, document in begun.values():
            runner.begin(document)
        if self._kinds_set:
            self._timers.ring(self._kinds_set)

    def free_places(self) -> None:
        """It has not committed, or nobody is there to know."""
        for id_ in tuple(self._at_once):
            self._not_at_once(id_)

    def _not_at_once(self, id_: str) -> None:
        if id_ in self._at_once:
            runner, _ = self._at_once.pop(id_)
            runner.free_place()


class Transactions:
    """Opens transactions for the use cases of one service."""

    def __init__(
        self,
        service: str,
        mongo: Mongo,
        outbox: Outbox,
        timers: Timers,
        *,
        groups: Groups | None = None,
    ) -> None:
        self.service = service
        self.mongo = mongo
        self.outbox = outbox
        self.timers = timers
        self.groups = groups or Groups(mongo)
        self._answers = mongo.collection("idempotency")
        self._database = {
            "db.system.name": "mongodb",
            "db.namespace": mongo.db.name,
            "db.operation.name": "transaction",
        }

    async def run(
        self,
        work: Callable[[Transaction], Awaitable[T]],
        *,
        cause: Cause | None = None,
        once: Once | None = None,
    ) -> T:
        """Run `work` in one transaction, with everything it records.

        `work` may run again after a conflict: nothing but MongoDB inside it.

        Raises:
            AlreadyHandledError: `cause` was handled before.
            ReplayedAnswer: `once` was answered before.
            StaleVersionError: another writer took this version of an aggregate.
        """

        async def attempt(group: Group, unit: Unit) -> tuple[T, Transaction]:
            tx = Transaction(group, unit, self.service, self.timers)
            try:
                twin = once if unit.again or not group.alone else None
                result = await _checked(self._ask(tx, cause, twin), work(tx))
                if once is not None:
                    answer = once.document(result)
                    await tx.insert(self._answers, [answer], duplicate=DuplicateError)
                if tx.events:
                    documents = [outbox_document(event) for event in tx.events]
                    await tx.insert(self.outbox.collection, documents, duplicate=_stale)
                await tx.settle()
            except BaseException:
                tx.free_places()
                raise
            return result, tx

        started = time.perf_counter()
        with span("transaction", Kind.CLIENT, **self._database) as told:
            try:
                result, tx = await self.groups.run(attempt)
            except (RefusalError, DuplicateError):
                if once is not None:  # a twin, committed meanwhile, may be the reason
                    await once.replay(self.mongo)
                raise
            told.set(events=len(tx.events), timers=tx.timers)
            tx.begin_timers()
            if tx.events:
                self.outbox.bell.set()
            tell_recorded(tx.events, time.perf_counter() - started)
        return result

    def _ask(self, tx: Transaction, cause: Cause | None, twin: Once | None) -> list[Check]:
        """What is asked with the first reads of the work, and checked after it."""
        checks = [cause.claim(tx)] if cause is not None else []
        if twin is not None:
            checks.append(self._unanswered(tx, twin))
        return checks

    def _unanswered(self, tx: Transaction, once: Once) -> Check:
        """Whether a twin of this request was answered before.

        Its own answer's write would tell, but no group survives that: many twins of one, or a key
        used again after its effect was undone, would break up all groups around them. Who is alone
        and runs for the first time hurts nobody, and most keys are new.
        """
        twin = tx.ask(self._answers, {_ID: once.key})

        async def check() -> None:
            if await twin() is not None:
                raise DuplicateError(_ID)

        return check


async def _checked(checks: Sequence[Check], work: Awaitable[T]) -> T:
    """What the work returns or raises, unless a check raises."""
    try:
        result = await work
    except Exception:
        await _all(checks)
        raise
    await _all(checks)
    return result


async def _all(checks: Sequence[Check]) -> None:
    for check in checks:
        await check()


def _stale(_: str) -> StaleVersionError:
    """Another writer told the fact of this number."""
    return StaleVersionError()
