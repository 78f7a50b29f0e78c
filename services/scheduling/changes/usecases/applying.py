"""Applies what was accepted, a bounded piece a step, and asks where nobody decided.

A step can run twice and be killed in the middle: it commits with the timer of the next one, with
the visits that it settled and the count of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.chassis.foundation import clock
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.changes.actions import APPLY, Settling
from services.scheduling.changes.domain import Change, Counts, Decisions, Kind, State
from services.scheduling.changes.store import Changes
from services.scheduling.deps import Deps
from services.scheduling.hours.actions import ASK
from services.scheduling.hours.domain.timetable import DAY, Timetable
from services.scheduling.known.domain import Clinic

_SETTLED_AT_ONCE = 100
_BUSY = timedelta(seconds=2)
_REASONS: Mapping[Kind, str] = {
    Kind.DISMISSAL: "Врач больше не принимает в этой клинике.",
    Kind.CLOSING: "Клиника закрывается.",
    Kind.HOURS: "Изменилось расписание врача.",
}
_Next = Mapping[str, Any] | None


@dataclass(frozen=True)
class Applying:
    """Runs the timers of changes. `changed` is told when free slots may be others than before."""

    deps: Deps
    changes: Changes
    settling: Settling
    changed: Callable[[], None]

    async def apply(self, due: Due) -> None:
        """One piece of a change; the next one is a timer of its own."""

        async def work(tx: Transaction) -> None:
            change = await self.changes.find(tx, due.key)
            if change is None or change.state is not State.APPLYING:
                return
            step = self._decide if change.applied else self._change
            counts, following = await step(tx, change, due.payload)
            after = change.counted(counts)
            if following is None:
                after = after.finished()
            else:
                await tx.set_timer(APPLY, change.id, clock.now(), following)
            await self.changes.save(tx, after)

        await self.deps.transactions.run(work, cause=due)
        self.changed()

    async def ask(self, due: Due) -> None:
        """Visits are in nobody's hours, and no change says what becomes of them: a new one does.

        It comes from a copy: a doctor left, a clinic closes, hours were imported.
        """
        kind, _, key = due.key.partition(":")
        making = self.settling.making

        async def work(tx: Transaction) -> None:
            timetable = None if kind == "clinic" else await making.timetables.find(tx, key)
            clinic_id = key if timetable is None else timetable.clinic_id
            clinic = await making.known.clinics.find(tx, clinic_id)
            if clinic is None:
                return
            if await self.changes.applying(tx, clinic_id):  # it may be about the same visits
                await tx.set_timer(ASK, due.key, clock.now() + _BUSY)
                return
            change = await self._asking(tx, clinic, timetable)
            await self.changes.add(tx, change)
            await tx.set_timer(APPLY, change.id, clock.now())

        await self.deps.transactions.run(work, cause=due)

    async def _asking(self, tx: Transaction, clinic: Clinic, timetable: Timetable | None) -> Change:
        kind = Kind.CLOSING
        if timetable is not None:
            doctor = await self.settling.making.known.doctors.find(tx, timetable.doctor_id)
            here = doctor is not None and clinic.id in doctor.clinics
            kind = Kind.HOURS if here else Kind.DISMISSAL
        today, _ = self.settling.making.coming(clinic)
        return Change(
            id=self.deps.new_id(),
            clinic_id=clinic.id,
            kind=kind,
            timetable_id=timetable.id if timetable else None,
            since=today,
            until=None,
            reason=_REASONS[kind],
            decisions=Decisions(),
            by=None,
            at=self.deps.now(),
        )

    async def _change(
        self, tx: Transaction, change: Change, at: Mapping[str, Any]
    ) -> tuple[Counts, _Next]:
        """The next days of a timetable, or the next timetable."""
        making = self.settling.making
        timetable = await self._timetable(tx, change, at)
        if timetable is None:
            return Counts(), None
        clinic = await making.known.clinics.find(tx, change.clinic_id)
        counts, first = Counts(), None
        if clinic is not None:
            today, end = making.coming(clinic)
            first = max(today, date.fromisoformat(at["from"]) if "from" in at else change.since)
            last = min(end, change.until or end)
            world = await making.world(tx, timetable, first, max(first, last))
            if world is not None and first <= last:
                days = making.piece(timetable, world, first, last)
                piece = await self.settling.piece(tx, timetable, world, days)
                counts = await self.settling.apply(tx, change, piece)
                first = days[-1] + DAY
            if first <= last:
                return counts, {"timetable": timetable.id, "from": first.isoformat()}
        if change.until is None:  # the days after the last go on by themselves
            await making.begin(tx, [timetable.id], since=first)
        following = None if change.timetable_id else {"after": timetable.id}
        return counts, following

    async def _timetable(
        self, tx: Transaction, change: Change, at: Mapping[str, Any]
    ) -> Timetable | None:
        kept = self.settling.making.timetables
        one = at.get("timetable", change.timetable_id)
        if one is not None:
            return await kept.find(tx, one)
        after = str(at.get("after", ""))
        found = await kept.of_clinic(tx, change.clinic_id, after=after, limit=1)
        return found[0] if found else None

    async def _decide(
        self, tx: Transaction, change: Change, at: Mapping[str, Any]
    ) -> tuple[Counts, _Next]:
        """The next visits that wait."""
        slots = self.settling.making.slots
        page = await slots.waiting_for(
            tx, change.id, after=at.get("cursor"), limit=_SETTLED_AT_ONCE
        )
        counts = await self.settling.decide(tx, change, page.items)
        return counts, {"cursor": page.next_cursor} if page.next_cursor else None
