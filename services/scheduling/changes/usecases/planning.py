"""Plans changes: says what each would do, and accepts it once it is decided what becomes of visits.

Nothing is half done: what is accepted is kept with its decisions, and timers apply it piece by
piece. Who books in between falls under «the rest», or waits to be decided.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.chassis.database.pages import Page
from services.chassis.foundation import clock
from services.chassis.foundation.errors import DuplicateError, FieldError, StaleVersionError
from services.chassis.work.transactions import Transaction
from services.scheduling.changes.actions import APPLY, Settling
from services.scheduling.changes.domain import (
    Asked,
    Change,
    Decisions,
    Effects,
    Kind,
    Outcome,
    Span,
    State,
    movable,
    settle,
)
from services.scheduling.changes.errors import DayOutOfReachError, VisitsUndecidedError
from services.scheduling.changes.store import Changes
from services.scheduling.deps import Deps
from services.scheduling.hours.domain.timetable import DAY, Timetable
from services.scheduling.known.domain import Clinic
from services.scheduling.timetable.domain import Slot
from services.scheduling.timetable.errors import spoken

_NAMED = 100
"""How many undecided visits a refusal names, and a dry run shows."""


@dataclass(frozen=True)
class Planning:
    """Every change of a timetable or of a clinic's days goes through here."""

    deps: Deps
    changes: Changes
    settling: Settling

    async def timetable(
        self, kind: Kind, clinic: Clinic, after: Timetable, span: Span, asked: Asked
    ) -> Outcome:
        """Have a timetable be this; its revision is that of the one that was read.

        Raises:
            VisitsUndecidedError: nobody said what becomes of some visits.
            StaleVersionError: somebody else changed it since.
            DayOutOfReachError: all its days are past.
        """
        today, _ = self.settling.making.coming(clinic)
        if span.until is not None and span.until < today:
            raise DayOutOfReachError
        effects = await self._effects(clinic, [after], span, asked.decisions, None)
        kept = self.settling.making.timetables

        async def work(tx: Transaction) -> Timetable:
            if after.revision == 0:
                return await kept.add(tx, after)
            return await kept.save(tx, after)

        return await self._accept(kind, clinic, span, asked, effects, work, after.id)

    async def days(
        self,
        clinic: Clinic,
        day: date,
        closed: str | None,
        asked: Asked,
        keep: Callable[[Transaction], Awaitable[None]],
    ) -> Outcome:
        """Have the clinic be closed on a day for this reason, or open (None).

        Raises:
            VisitsUndecidedError: nobody said what becomes of some visits.
            DayOutOfReachError: it is past.
        """
        making = self.settling.making
        today, last = making.coming(clinic)
        if day < today:
            raise DayOutOfReachError
        timetables = await making.timetables.of_clinic(None, clinic.id) if day <= last else []
        span = Span(day, day)
        effects = await self._effects(clinic, timetables, span, asked.decisions, {day: closed})

        return await self._accept(Kind.CLOSED_DAY, clinic, span, asked, effects, keep, None)

    async def decide(
        self, clinic: Clinic, change_id: str, decisions: Decisions, reason: str | None
    ) -> Change:
        """Say what becomes of the visits that wait.

        Raises:
            ChangeUnknownError: no such change in this clinic.
            NothingToDecideError: none waits.
        """

        async def work(tx: Transaction) -> Change:
            change = await self.changes.get(tx, change_id, owner=clinic.id)
            await tx.set_timer(APPLY, change.id, clock.now())
            return await self.changes.save(tx, change.decide(decisions, reason))

        return await self.deps.transactions.run(work)

    async def of_clinic(
        self, clinic_id: str, state: State | None, *, after: str | None, limit: int
    ) -> Page[Change]:
        """A clinic's changes, newest first."""
        return await self.changes.of_clinic(clinic_id, state, after=after, limit=limit)

    async def one(self, clinic_id: str, change_id: str) -> tuple[Change, int]:
        """A change, and how many visits wait for what is decided about it now.

        Raises:
            ChangeUnknownError: no such change in this clinic.
        """
        change = await self.changes.get(None, change_id, owner=clinic_id)
        return change, await self.settling.making.slots.waiting(change.id)

    async def waiting(
        self, clinic_id: str, change_id: str, *, after: str | None, limit: int
    ) -> Page[Slot]:
        """The visits that wait, by time.

        Raises:
            ChangeUnknownError: no such change in this clinic.
        """
        change = await self.changes.get(None, change_id, owner=clinic_id)
        slots = self.settling.making.slots
        return await slots.waiting_for(None, change.id, after=after, limit=limit)

    async def _accept(  # noqa: PLR0917 - what a change is made of
        self,
        kind: Kind,
        clinic: Clinic,
        span: Span,
        asked: Asked,
        effects: Effects,
        keep: Callable[[Transaction], Awaitable[Timetable | None]],
        timetable_id: str | None,
    ) -> Outcome:
        if asked.dry_run:
            return Outcome(effects, None)
        if effects.undecided:
            raise VisitsUndecidedError(len(effects.undecided), _named(effects.undecided))
        change = Change(
            id=self.deps.new_id(),
            clinic_id=clinic.id,
            kind=kind,
            timetable_id=timetable_id,
            since=span.since,
            until=span.until,
            reason=asked.reason,
            decisions=asked.decisions,
            by=asked.by,
            at=self.deps.now(),
        )

        async def work(tx: Transaction) -> Outcome:
            timetable = await keep(tx)
            await tx.set_timer(APPLY, change.id, clock.now())
            return Outcome(effects, await self.changes.add(tx, change), timetable)

        try:
            return await self.deps.transactions.run(work)
        except DuplicateError:  # somebody else made the first timetable
            raise StaleVersionError from None

    async def _effects(
        self,
        clinic: Clinic,
        timetables: Sequence[Timetable],
        span: Span,
        decisions: Decisions,
        days: dict[date, str | None] | None,
    ) -> Effects:
        making = self.settling.making
        today, end = making.coming(clinic)
        found = Effects()
        for timetable in timetables:
            first, last = max(today, span.since), min(end, span.until or end)
            world = await making.world(None, timetable, first, max(first, last))
            if world is None:
                continue
            for day, closed in (days or {}).items():
                others = {d: why for d, why in world.closed.items() if d != day}
                world = replace(world, closed={**others, **({day: closed} if closed else {})})
            while first <= last:
                piece = making.piece(timetable, world, first, last)
                there = await self.settling.piece(None, timetable, world, piece)
                undecided = [
                    one.slot
                    for one in settle(there.affected, there.candidates, decisions)
                    if one.fate is None
                ]
                found += Effects(
                    made=len(there.difference.made),
                    removed=len(there.difference.gone)
                    + sum(1 for s in there.difference.changed if s.closed and not s.appointment_id),
                    visits=tuple(there.affected),
                    movable=frozenset(movable(there.affected, there.candidates)),
                    undecided=tuple(undecided),
                )
                first = piece[-1] + DAY
        return found


def _named(slots: Sequence[Slot]) -> list[FieldError]:
    return [
        FieldError(
            f"/visits/{slot.appointment_id}",
            "undecided",
            f"{spoken(slot.visit.local(slot.visit.starts_at))}, {slot.visit.doctor_name}, "
            f"каб. {slot.visit.room}.",
        )
        for slot in slots[:_NAMED]
    ]
