"""What a change does to the slots of some days of a timetable, and to the visits there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import ClinicsChanges, Why
from services.scheduling.bookings.domain.appointment import Appointment, Status
from services.scheduling.changes.domain import Change, Counts, Fate, Settled, Settlement, settle
from services.scheduling.changes.store import Settlements
from services.scheduling.deps import Deps
from services.scheduling.hours.actions import Making
from services.scheduling.hours.domain.making import Difference, World
from services.scheduling.hours.domain.timetable import Timetable
from services.scheduling.timetable.domain import Slot

APPLY = "apply-change"
"""The timer that applies a change, a piece a step. Its key is the change."""


@dataclass(frozen=True)
class Piece:
    """What would change on some days, and where its visits could move."""

    difference: Difference
    candidates: Sequence[Slot]

    @property
    def affected(self) -> list[Slot]:
        """Booked slots that nobody's hours have any more, and no other change asks about."""
        return [slot for slot in self.difference.uncovered if slot.affected is None]


@dataclass(frozen=True)
class Settling:
    """Settles visits: in the transaction that writes their slots."""

    deps: Deps
    making: Making
    visits: ClinicsChanges
    settlements: Settlements

    async def piece(
        self, tx: Transaction | None, timetable: Timetable, world: World, days: Sequence[date]
    ) -> Piece:
        """What would change on these days."""
        found = await self.making.compare(tx, timetable, world, days)
        going = {slot.id for slot in (*found.gone, *found.changed)}
        free = await self.candidates(tx, world.clinic.id, found.uncovered)
        return Piece(found, [*found.made, *(slot for slot in free if slot.id not in going)])

    async def candidates(
        self, tx: Transaction | None, clinic_id: str, booked: Sequence[Slot]
    ) -> list[Slot]:
        """Free slots of the clinic at the same moments, of the same specialties."""
        return await self.making.slots.free_at(
            tx,
            clinic_id,
            {slot.specialty_code for slot in booked},
            {slot.visit.starts_at for slot in booked},
        )

    async def apply(self, tx: Transaction, change: Change, piece: Piece) -> Counts:
        """Make the slots so, and do what was decided about the visits."""
        settled = settle(piece.affected, piece.candidates, change.decisions)
        there = await self._visits(tx, settled)
        about = {one.slot.id for one in settled}
        found = piece.difference
        kept = [slot for slot in found.changed if slot.id not in about]
        targets = {one.target.id for one in settled if one.target}
        made = [slot for slot in found.made if slot.id not in targets]
        await self.making.freeing.write(tx, made=made, changed=kept, gone=found.gone)
        return await self._settle(tx, change, settled, there, {slot.id for slot in found.made})

    async def decide(self, tx: Transaction, change: Change, waiting: Sequence[Slot]) -> Counts:
        """Do what was decided about visits that waited."""
        candidates = await self.candidates(tx, change.clinic_id, waiting)
        settled = settle(waiting, candidates, change.decisions)
        there = await self._visits(tx, settled)
        return await self._settle(tx, change, settled, there, frozenset())

    async def _visits(
        self, tx: Transaction, settled: Sequence[Settled]
    ) -> Mapping[str, Appointment]:
        ids = {one.slot.appointment_id for one in settled if one.slot.appointment_id}
        return await self.visits.taking.appointments.these(tx, ids)

    async def _settle(
        self,
        tx: Transaction,
        change: Change,
        settled: Sequence[Settled],
        there: Mapping[str, Appointment],
        new: set[str] | frozenset[str],
    ) -> Counts:
        counts = Counts()
        for one in settled:
            visit = there.get(one.slot.appointment_id or "")
            if visit is None or visit.status is Status.CANCELLED:
                await self._write(tx, gone=one.slot)
            elif not visit.to_come(self.deps.now()):  # the decision came too late: it was as it was
                await self._write(tx, taken=replace(one.slot, affected=None))
            else:
                counts += await self._one(tx, change, one, visit, new)
        return counts

    async def _one(
        self,
        tx: Transaction,
        change: Change,
        one: Settled,
        visit: Appointment,
        new: set[str] | frozenset[str],
    ) -> Counts:
        why = Why(change.code, change.reason, self.deps.now())
        if one.fate in {Fate.CANCEL, Fate.KEEP} or one.target is not None:
            fate = one.fate or Fate.MOVE
            done = Settlement.of(change.id, visit.id, fate, why.now)
            await self.settlements.put(tx, done)
        if one.fate is Fate.CANCEL:
            await self.visits.cancel(tx, visit, why)
            await self._write(tx, gone=one.slot)
            return Counts(cancelled=1)
        if one.target is not None:
            taken = replace(one.target, appointment_id=visit.id)
            await self.visits.move(tx, visit, taken, why)
            await self._write(tx, gone=one.slot, taken=taken, is_new=taken.id in new)
            return Counts(moved=1)
        kept = one.fate is Fate.KEEP
        stays = replace(one.slot, kept=kept, affected=None if kept else change.id)
        await self._write(tx, taken=stays)
        return Counts(kept=1) if kept else Counts(undecided=1)

    async def _write(
        self,
        tx: Transaction,
        *,
        gone: Slot | None = None,
        taken: Slot | None = None,
        is_new: bool = False,
    ) -> None:
        written = [taken] if taken is not None else []
        await self.making.freeing.write(
            tx,
            made=written if is_new else [],
            changed=[] if is_new else written,
            gone=[gone] if gone is not None else [],
        )
