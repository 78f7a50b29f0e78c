"""Looks at each clinic once on each day on which it works, all its specialties in one step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.foundation import clock
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.guarantee import events
from services.scheduling.guarantee.domain import (
    FARTHEST,
    Guarantee,
    Watch,
    guarantees,
    next_check,
    renewed,
    watched,
)
from services.scheduling.guarantee.metrics import GuaranteeMetrics
from services.scheduling.guarantee.store import Watches
from services.scheduling.known.domain import WATCH, Clinic
from services.scheduling.known.store import Known
from services.scheduling.timetable.actions import Calendar
from services.scheduling.timetable.store import SlotQuery, Slots

_YESTERDAY = timedelta(days=1)


@dataclass(frozen=True)
class Watching:
    """The timer of each clinic; a copy of a clinic sets it, and it sets itself anew."""

    deps: Deps
    watches: Watches
    slots: Slots
    known: Known
    calendar: Calendar
    metrics: GuaranteeMetrics

    async def look(self, due: Due) -> None:
        """Find what is missed at a clinic, and say so once a day."""
        clinic = await self.known.clinics.find(None, due.key)
        first_time = not due.payload.get("set")
        now = self.deps.now()
        found = [] if clinic is None or first_time else await self._found(clinic, now)

        async def work(tx: Transaction) -> None:
            if clinic is None or not clinic.works_on(now.astimezone(clinic.zone).date()):
                return
            there = await self.watches.of_clinic(tx, clinic.id) if found else {}
            for one in found:
                await self._keep(tx, there.get(one.id), one)
            await tx.set_timer(WATCH, clinic.id, next_check(clinic, clock.now()), {"set": True})

        await self.deps.transactions.run(work, cause=due)

    async def _keep(self, tx: Transaction, before: Watch | None, found: Watch) -> None:
        after = renewed(before, found)
        if after is None:
            return
        facts = [events.missed(after)] if after.missed else []
        if before is None:
            await self.watches.add(tx, after, *facts)
        else:
            await self.watches.save(tx, after, *facts)

    async def _found(self, clinic: Clinic, now: datetime) -> list[Watch]:
        """What is so now; nothing on a day on which the clinic does not work."""
        today = now.astimezone(clinic.zone).date()
        closed = await self.calendar.closed(None, clinic.id, today, today + FARTHEST)
        if today in closed:
            return []
        found = []
        for specialty in await self.known.specialties_at(clinic.id):
            query = SlotQuery(starting=now, specialty=specialty, clinic_id=clinic.id)
            free = (await self.slots.free(query, 1, now + FARTHEST)).items
            first_at = free[0].visit.starts_at if free else None
            found += [
                watched(clinic, specialty, guarantee, first_at, now, closed=closed)
                for guarantee in guarantees(specialty)
            ]
        return found

    async def measure(self) -> None:
        """Set the gauges."""
        since = (self.deps.now() - _YESTERDAY).date().isoformat()
        for guarantee in Guarantee:
            missed = await self.watches.missed(guarantee, since)
            self.metrics.missed.labels(guarantee).set(missed)
