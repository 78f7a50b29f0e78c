"""Group commit: units of work that wait at the same moment share one transaction of MongoDB.

A unit runs in its caller's task. What it reads is read with what its neighbours read at the same
moment; what it writes is collected, and when all have come to their ends, the writes of all go out
in one command for a collection, and one commit decides. Nobody waits for a group to fill: a group
is whoever waits when there is room for one.

Neighbours do not hurt each other. A unit that raises, is cancelled or out of time has written
nothing and leaves. Of two that write one document the second runs again after the first one's
group. What the database refuses splits the group: into halves, and whose write it was goes alone;
into single units where it is not known why. See docs/group-commit.md.
"""

from __future__ import annotations

import asyncio
import random
import time
from bisect import insort
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from operator import attrgetter
from typing import TypeVar

from pymongo.errors import PyMongoError

from services.chassis.database.client import Mongo
from services.chassis.database.deadline import TookTooLongError, running_deadline
from services.chassis.database.transaction import (
    FIRST_DELAY,
    LONGEST_DELAY,
    TRANSIENT,
    DatabaseTransaction,
)
from services.chassis.foundation.errors import AccidentError
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.group import Group
from services.chassis.work.locks import Locks
from services.chassis.work.unit import AgainError, Key, Unit

T = TypeVar("T")

LARGEST = 100
_AT_ONCE = 2
_ALONE_AT_ONCE = 16
_SAME_KEY = 16  # of those that wait for one document: all could lose again but one
_LEAVE_SECONDS = 3.0
_LOOK_SECONDS = 0.5
_NUMBER = attrgetter("unit.number")


class _Waiting:
    """A unit in the queue, and where its caller waits for a group."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.place: asyncio.Future[Group] = asyncio.get_running_loop().create_future()

    def give_up(self, now: float) -> bool:
        """Whether it waits for nothing: it is told, if nobody told its caller before."""
        if self.place.done():
            return True  # cancelled
        if self.unit.deadline is not None and self.unit.deadline.struck:
            self.place.set_exception(TookTooLongError())
            return True
        if now > self.unit.until:
            self.place.set_exception(AccidentError("it waited too long for its turn"))
            return True
        return False


class Groups:
    """Lets units into groups: some at a time, whoever waits together, and each in its turn."""

    def __init__(
        self,
        mongo: Mongo,
        *,
        largest: int = LARGEST,
        at_once: int = _AT_ONCE,
        metrics: Metrics | None = None,
    ) -> None:
        """Take the size of the largest group, and how many run at once."""
        self._mongo = mongo
        self._largest = largest
        self._at_once = at_once
        self._metrics = metrics
        self._numbers = count()
        self._queue: list[_Waiting] = []
        self._running: dict[Group, asyncio.Task[None]] = {}
        self._locks = Locks()
        self._starting = False
        self._looking = False

    async def run(
        self, attempt: Callable[[Group, Unit], Awaitable[T]], *, within: float = 10.0
    ) -> T:
        """Have `attempt` run in a group and settle there; again, while it has to.

        Raises:
            AccidentError: others write the same documents all the time, or so many came before; or
                it is not known whether it was committed.
            TookTooLongError: its caller was told so; nothing was committed.
            Exception: what the attempt raises, or why it cannot be committed when it is alone.
        """
        until = time.monotonic() + within
        unit = Unit(next(self._numbers), self._largest, until, running_deadline())
        delay = FIRST_DELAY
        while True:
            group = await self._enter(unit)
            try:
                return await attempt(group, unit)
            except AgainError as again:
                self._again(unit, again)
                continue
            except PyMongoError as error:
                late = time.monotonic() + delay > unit.until
                if late or not error.has_error_label(TRANSIENT):
                    raise
                unit.go_on()
            except asyncio.CancelledError:
                await self._left(group, unit)
                raise
            finally:
                group.leave(unit)
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(delay * 2, LONGEST_DELAY)

    def _again(self, unit: Unit, again: AgainError) -> None:
        if time.monotonic() > unit.until:
            message = "others write the same documents all the time"
            raise AccidentError(message) from again
        if self._metrics is not None:
            self._metrics.units_again.labels(again.why).inc()
        unit.after = again.after
        if again.most is not None:
            unit.most = max(1, min(unit.most, again.most))
        unit.go_on()

    async def _left(self, group: Group, unit: Unit) -> None:
        """Leave nothing open behind a cancelled unit, but do not wait for a dead server."""
        group.leave(unit)
        if group.alone and group in self._running:
            await asyncio.wait([self._running[group]], timeout=_LEAVE_SECONDS)

    def _committed(self, units: int) -> None:
        """Count a group and its units."""
        if self._metrics is not None:
            self._metrics.transactions_committed.inc()
            self._metrics.units_committed.inc(units)

    async def _enter(self, unit: Unit) -> Group:
        waiting = _Waiting(unit)
        insort(self._queue, waiting, key=_NUMBER)  # its turn is that of its first coming
        self._soon()
        try:
            return await waiting.place
        except asyncio.CancelledError:
            if waiting in self._queue:
                self._queue.remove(waiting)
            elif not waiting.place.cancelled() and waiting.place.exception() is None:
                waiting.place.result().leave(unit)
            raise

    def _soon(self) -> None:
        """In the next turn of the loop: whoever comes in this one waits together."""
        if not self._starting:
            self._starting = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._starting = False
        while self._queue and (chosen := self._pick()):
            group = Group(
                DatabaseTransaction(self._mongo),
                [waiting.unit for waiting in chosen],
                self._locks,
                committed=self._committed,
                idle=self._soon,
            )
            task = asyncio.create_task(group.run())
            self._running[group] = task
            task.add_done_callback(lambda _, group=group: self._ended(group))  # type: ignore[misc] # the default binds it
            for waiting in chosen:
                if not waiting.place.done():
                    waiting.place.set_result(group)
                else:
                    group.leave(waiting.unit)
        if self._queue and not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """Where nothing ends for long, who waits is told in time all the same."""
        now = time.monotonic()
        self._looking = False
        self._queue = [waiting for waiting in self._queue if not waiting.give_up(now)]
        if self._queue:
            self._soon()

    def _pick(self) -> list[_Waiting]:
        """Who may be in the next group: in their order, but for those that must wait longer."""
        room = self._at_once if self._queue[0].unit.most > 1 else _ALONE_AT_ONCE
        if sum(not group.idle for group in self._running) >= room:
            return []
        now = time.monotonic()
        chosen: list[_Waiting] = []
        passed: list[_Waiting] = []
        same: Counter[Key | None] = Counter()
        wanted = {key for group in self._running for key in group.wanted}
        largest = self._largest
        queue = iter(self._queue)
        for waiting in queue:
            if waiting.give_up(now):
                continue
            key, most = waiting.unit.after, waiting.unit.most
            held = key in wanted or key in self._locks or same[key] >= _SAME_KEY
            if (key is not None and held) or most <= len(chosen):
                passed.append(waiting)
                continue
            same[key] += 1
            chosen.append(waiting)
            largest = min(largest, most)
            if len(chosen) == largest:
                break
        self._queue = [*passed, *queue]
        return chosen

    def _ended(self, group: Group) -> None:
        self._running.pop(group)
        self._locks.release(group, self._running)
        if self._queue:
            self._soon()
