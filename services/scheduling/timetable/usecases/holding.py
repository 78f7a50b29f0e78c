"""A hold that runs out: the slot goes to the next in line, or becomes everybody's (A5, A18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.timetable.actions import HOLD, Freeing
from services.scheduling.timetable.domain import HoldEnd


@dataclass(frozen=True)
class Holding:
    """Ends holds; `changed` is told of each slot that may be free again."""

    deps: Deps
    freeing: Freeing
    changed: Callable[[], None]

    async def run_out(self, due: Due) -> None:
        """The time of a slot's hold is over, unless it is held anew."""

        async def work(tx: Transaction) -> None:
            slot = await self.freeing.slots.find(tx, due.key)
            if slot is None or slot.hold is None:
                return
            if slot.hold.until > self.deps.now():
                await tx.set_timer(HOLD, slot.id, slot.hold.until)
                return
            await self.freeing.end(tx, slot, HoldEnd.RUN_OUT)
            await self.freeing.free(tx, slot.id, hold_id=slot.hold.id)

        await self.deps.transactions.run(work, cause=due)
        self.changed()
