"""Slots for the days to come: made by timers, a bounded piece a step, whatever there is of them.

A step can run twice, on two replicas, and be killed in the middle: it commits with the timer of the
next one, and makes what the timetable says, so the slots are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.chassis.foundation import clock
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.hours.actions import ASK, MAKE, Making
from services.scheduling.hours.domain.making import asked, next_midnight
from services.scheduling.hours.domain.timetable import DAY, Timetable
from services.scheduling.hours.store import Timetables
from services.scheduling.known.domain import FOLLOW, Clinic
from services.scheduling.timetable.domain import Slot

_FOLLOWED_AT_ONCE = 100
_BEFORE_ASKING = timedelta(seconds=1)  # other timetables of the clinic may be on their way


@dataclass(frozen=True)
class Hours:
    """Runs the timers of slots. `changed` is told when free slots may be others than before."""

    deps: Deps
    timetables: Timetables
    making: Making
    changed: Callable[[], None]

    async def make(self, due: Due) -> None:
        """Make the next piece of a timetable's days; the day after the last is made tomorrow.

        What nobody took of the days before goes: the store holds what can come, and visits.
        """

        async def work(tx: Transaction) -> None:
            timetable = await self.timetables.find(tx, due.key)
            if timetable is not None:
                await self._make(tx, timetable, due.payload.get("from"))

        await self.deps.transactions.run(work, cause=due)
        self.changed()

    async def _make(self, tx: Transaction, timetable: Timetable, since: str | None) -> None:
        clinic = await self.making.known.clinics.find(tx, timetable.clinic_id)
        if clinic is None:  # `follow` comes with it
            return
        today, last = self.making.coming(clinic)
        first = max(today, date.fromisoformat(since)) if since else today
        if first <= last:
            world = await self.making.world(tx, timetable, first, last)
            if world is None:
                return
            days = self.making.piece(timetable, world, first, last)
            found = await self.making.compare(tx, timetable, world, days)
            past = await self.making.slots.past(tx, timetable.id, self.deps.now())
            await self.making.write(tx, replace(found, gone=(*found.gone, *past)))
            await self._ask(tx, timetable, clinic, found.uncovered)
            first = days[-1] + DAY
        at = clock.now() if first <= last else next_midnight(timetable, clinic, self.deps.now())
        await tx.set_timer(MAKE, timetable.id, at, {"from": first.isoformat()})

    async def _ask(
        self, tx: Transaction, timetable: Timetable, clinic: Clinic, uncovered: Sequence[Slot]
    ) -> None:
        """No visit is lost silently: somebody decides about those that nobody was asked of."""
        days = [slot.workday for slot in uncovered if slot.affected is None and slot.workday]
        if days:
            closed = not all(clinic.works_on(day) for day in days)
            key = asked(clinic_id=clinic.id) if closed else asked(timetable_id=timetable.id)
            await tx.set_timer(ASK, key, clock.now() + _BEFORE_ASKING)

    async def follow(self, due: Due) -> None:
        """A clinic or a doctor is known anew: their coming slots get it, some timetables a step."""
        kind, _, key = due.key.partition(":")

        async def work(tx: Transaction) -> None:
            if kind == "doctor":
                found: Sequence[Timetable] = await self.timetables.of_doctor(tx, key)
            else:
                after = str(due.payload.get("after", ""))
                found = await self.timetables.of_clinic(
                    tx, key, after=after, limit=_FOLLOWED_AT_ONCE
                )
                if len(found) == _FOLLOWED_AT_ONCE:
                    await tx.set_timer(FOLLOW, due.key, clock.now(), {"after": found[-1].id})
            await self.making.begin(tx, [timetable.id for timetable in found])

        await self.deps.transactions.run(work, cause=due)
