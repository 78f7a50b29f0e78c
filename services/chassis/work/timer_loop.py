"""Runs the timers that are due, under leases; any number of loops may run."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from pymongo import ASCENDING

from services.chassis.database.client import Document, blocking
from services.chassis.foundation.errors import AlreadyHandledError, RefusalError
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import repeat, stop_all, tell_failure
from services.chassis.telemetry.journey import Journey, random_hex, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.steps import running
from services.chassis.telemetry.tracing import journey_from, linked_journey
from services.chassis.work.timers import Due, TimerHandler, Timers

log = structlog.get_logger(__name__)

_LONGEST_DELAY = 300.0
_STOP_SECONDS = 4.0


@dataclass
class TimerLoop:
    """Runs due timers, several at a time.

    A refusal is permanent: the timer stays as `failed` for a person to see. An accident backs off
    and is tried for ever. A bug backs off too: a timer is never dropped.
    """

    timers: Timers
    handlers: Mapping[str, TimerHandler]
    metrics: Metrics
    concurrency: int = 32
    poll: float = 0.5
    lease_time: timedelta = timedelta(seconds=60)
    _running: dict[asyncio.Task[None], Document] = field(default_factory=dict)
    _kept: int = 0
    """Places that are kept for timers on their way, or for a lease that is being taken."""
    _context: contextvars.Context | None = None
    _behind: bool = False
    _short: bool = False
    """Whether something may be due that found every place kept."""

    def __post_init__(self) -> None:
        self._bell = self.timers.attach(self.handlers, self)
        self.metrics.timer_kinds.update(self.handlers)

    async def run(self) -> None:
        """Take and run due timers until cancelled; what is running is cancelled with it."""

        async def step() -> float:
            self._bell.clear()
            if not await self._take():
                await self._wait()
            return 0

        def failed(error: Exception, _: float) -> None:
            log.warning("timers cannot be read", error=redacted(error))

        self._context = contextvars.copy_context()
        try:
            await repeat(step, failed)
        finally:
            self._context = None
            left = dict(self._running)
            await stop_all(left, within=_STOP_SECONDS)
            with contextlib.suppress(Exception):  # MongoDB is away: their leases run out
                async with asyncio.timeout(1):
                    await self._give_back([left[task] for task in left if task.cancelled()])

    def keep_place(self) -> bool:
        """Whether a timer that is being set to «at once» may be begun here when it commits.

        Then `begin` or `free_place` follows. Not where older ones wait.
        """
        full = len(self._running) + self._kept >= self.concurrency
        if self._context is None or self._behind or full:
            return False
        self._kept += 1
        return True

    def free_place(self) -> None:
        """What the place was kept for, has not committed."""
        self._kept -= 1
        self._look_again()

    def begin(self, document: Document) -> None:
        """Run a timer that committed as leased by us, in the place that was kept for it."""
        self._kept -= 1
        if self._context is not None:
            self._start(document)
        self._look_again()

    def _look_again(self) -> None:
        if self._short:
            self._short = False
            self._bell.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.poll):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _take(self) -> bool:
        """Begin what is due and has room; True if there was any."""
        if self._running and not self._room:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)  # who has committed together makes room together
        room = self._room
        if not room:  # all are kept, for what has not committed yet
            self._short = True
            return False
        self._kept += room
        try:
            leased = await self.lease(datetime.now(UTC), room)
        finally:
            self._kept -= room
        self._behind = leased is not None and len(leased) == room
        for document in leased or ():
            self._start(document)
        return leased is not None

    @property
    def _room(self) -> int:
        return max(0, self.concurrency - len(self._running) - self._kept)

    def _start(self, document: Document) -> None:
        # in the loop's own context: a request's clock is not that of the timer which it sets
        context = self._context.copy() if self._context is not None else None
        task = asyncio.create_task(self.handle(document), context=context)
        self._running[task] = document
        task.add_done_callback(self._over)

    async def _give_back(self, documents: Sequence[Document]) -> None:
        """At a stop: what was not brought to its end need not wait for the end of its lease."""
        for document in documents:
            await self.timers.collection.update_one(
                {"_id": document["_id"], "token": document["token"]},
                {"$set": {"due_at": datetime.now(UTC)}},
            )

    def _over(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        tell_failure(task)  # what `handle` does not settle is a bug; its lease brings it again

    async def lease(self, now: datetime, most: int) -> list[Document] | None:
        """The oldest due timers, leased: their due time moves on, so a crash lets them come again.

        Of several loops that see the same ones each gets those that carry its token; None: there
        are none to be seen.
        """
        return await self.timers.mongo.in_thread(lambda: self._lease(now, most))

    def _lease(self, now: datetime, most: int) -> list[Document] | None:
        timers = blocking(self.timers.collection)
        due = {"state": "waiting", "due_at": {"$lte": now}}
        kinds = {"kind": {"$in": list(self.handlers)}}
        order = [("due_at", ASCENDING)]
        ids = [d["_id"] for d in timers.find(kinds | due, {"_id": 1}, sort=order, limit=most)]
        if not ids:
            return None
        token = random_hex(8)
        change = {
            "$set": {"due_at": now + self.lease_time, "token": token},
            "$inc": {"attempts": 1},
        }
        timers.update_many({"_id": {"$in": ids}, **due}, change)
        ours = {d["_id"]: d for d in timers.find({"_id": {"$in": ids}, "token": token})}
        return [ours[id_] for id_ in ids if id_ in ours]

    async def handle(self, document: Document) -> None:
        """Run one leased timer and settle what came of it."""
        due = Due(
            mongo=self.timers.mongo,
            kind=document["kind"],
            key=document["key"],
            token=document["token"],
            payload=document["payload"],
            attempts=document["attempts"],
        )
        with (
            travelling(_journey(document, due)),
            running(due.kind, due.key, due.attempts, document.get("set_by")) as run,
        ):
            run.outcome = await self._run(due, document["due_at"] - datetime.now(UTC))
        self.metrics.timers.labels(due.kind, run.outcome).inc()

    async def _run(self, due: Due, lease: timedelta) -> str:
        try:
            async with asyncio.timeout(lease.total_seconds() * 0.8):
                await self.handlers[due.kind](due)
        except AlreadyHandledError:
            return "already-done"
        except RefusalError as refusal:
            if refusal.passing:
                return await self._again(due, refusal)
            log.error("timer failed for good", timer=due.id, code=refusal.code)  # noqa: TRY400 - a refusal needs no stack
            await self._settle(due, {"state": "failed", "error": refusal.code})
            return "failed"
        except Exception as error:
            return await self._again(due, error)
        return "done"

    async def _again(self, due: Due, error: Exception) -> str:
        """Back off; the timer is never dropped."""
        delay = min(_LONGEST_DELAY, 0.5 * 2 ** min(due.attempts, 16)) * random.uniform(0.5, 1.0)
        log.warning(
            "timer will be tried again",
            timer=due.id,
            attempts=due.attempts,
            retry_in=round(delay, 2),
            exc_info=error if due.attempts % 5 == 3 else None,  # noqa: PLR2004 - one stack trace in five tries
            error=redacted(error),
        )
        again = datetime.now(UTC) + timedelta(seconds=delay)
        await self._settle(due, {"due_at": again, "error": redacted(error)})
        return "backed-off"

    async def _settle(self, due: Due, change: Document) -> None:
        try:
            await self.timers.collection.update_one(
                {"_id": due.id, "token": due.token}, {"$set": change}
            )
        except Exception as error:  # the lease runs out and the timer comes again
            log.warning("timer could not be settled", timer=due.id, error=redacted(error))


def _journey(document: Document, due: Due) -> Journey:
    """The work that set the timer goes on, or, when that was long ago, is followed by new work."""
    correlation_id, traceparent = document["correlation_id"], document.get("traceparent")
    if document.get("later"):
        return linked_journey(correlation_id, due.id, traceparent)
    return journey_from(traceparent, correlation_id, due.id)
