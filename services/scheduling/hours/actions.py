"""Makes slots of timetables, in the transaction of whoever asks: a piece of days at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.chassis.foundation import clock
from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.hours.domain.extra import Extra, extended, extra_slot
from services.scheduling.hours.domain.making import (
    Difference,
    World,
    days_between,
    difference,
    slots_of,
)
from services.scheduling.hours.domain.timetable import Timetable, empty
from services.scheduling.hours.store import Timetables
from services.scheduling.known.domain import Clinic
from services.scheduling.known.errors import ClinicUnknownError
from services.scheduling.known.store import Known
from services.scheduling.timetable.actions import HOLD, Calendar, Freeing
from services.scheduling.timetable.domain import Hold, Slot
from services.scheduling.timetable.store import Slots

MAKE = "make-slots"
"""The timer of each timetable: its next days are made. Its key is the timetable."""
ASK = "ask-about-visits"
"""The timer that has a clinic asked what becomes of visits that nobody's hours have any more."""
_LONGEST = timedelta(hours=24)
"""No visit takes longer."""
PIECE_DAYS, PIECE_SLOTS = 31, 250
"""How much is made in one step, at most: days, and slots (a single day always is)."""


@dataclass(frozen=True)
class Making:
    """What a timetable makes of the days to come."""

    deps: Deps
    timetables: Timetables
    slots: Slots
    known: Known
    calendar: Calendar
    freeing: Freeing

    def coming(self, clinic: Clinic) -> tuple[date, date]:
        """The first and the last day of the clinic that can be booked now."""
        today = self.deps.now().astimezone(clinic.zone).date()
        return today, today + timedelta(days=self.deps.settings.horizon_days)

    async def world(
        self, tx: Transaction | None, timetable: Timetable, since: date, until: date
    ) -> World | None:
        """What its slots are made in; None while its clinic is not known here."""
        clinic = await self.known.clinics.find(tx, timetable.clinic_id)
        if clinic is None:
            return None
        doctors = await self.known.doctors_of(tx, timetable.doctors)
        closed = await self.calendar.closed(tx, clinic.id, since, until)
        return World(clinic, doctors, closed)

    def piece(self, timetable: Timetable, world: World, first: date, last: date) -> Sequence[date]:
        """The days from `first` on that are made in one step."""
        days, slots = list[date](), 0
        for day in days_between(first, min(last, first + timedelta(days=PIECE_DAYS - 1))):
            slots += len(slots_of(timetable, day, world))
            if days and slots > PIECE_SLOTS:
                break
            days.append(day)
        return days

    async def compare(
        self, tx: Transaction | None, timetable: Timetable, world: World, days: Sequence[date]
    ) -> Difference:
        """What has to change on these days."""
        since, until = world.range_of(days)
        made = await self.slots.made_of(tx, timetable.id, since, until)
        doctors = timetable.doctors | {slot.doctor_id for slot in made}
        every = await self.slots.of_doctors(tx, doctors, since, until)
        ours = [*made, *(_adopted(s, timetable) for s in every if _orphan(s, timetable))]
        known = {slot.id for slot in ours}
        others = [slot for slot in every if slot.id not in known]
        return difference(timetable, days, world, there=ours, others=others, now=self.deps.now())

    async def write(self, tx: Transaction, found: Difference) -> None:
        """Make it so."""
        await self.freeing.write(tx, made=found.made, changed=found.changed, gone=found.gone)

    async def open_extra(self, tx: Transaction, clinic_id: str, extra: Extra, hold: Hold) -> Slot:
        """One visit more than the doctor's hours have, held from the beginning (A19).

        Raises:
            DoctorUnknownError: the doctor has no hours at this clinic.
            See `extra_slot`.
        """
        kept = await self.timetables.get(tx, empty(extra.doctor_id, clinic_id).id, owner=None)
        world = await self.world(tx, kept, extra.day, extra.day)
        if world is None:
            raise ClinicUnknownError
        doctors = await self.known.doctors_at(tx, clinic_id)
        since, until = extra.starts_at - _LONGEST, extra.ends_at
        there = await self.slots.of_doctors(tx, {*doctors, extra.doctor_id}, since, until)
        after = extended(kept, extra)
        made = replace(extra_slot(after, extra, world, there), hold=hold)
        await self.timetables.save(tx, after)
        await self.freeing.write(tx, made=[made], changed=(), gone=())
        await tx.set_timer(HOLD, made.id, hold.until)
        return made

    async def keep(self, tx: Transaction, wanted: Sequence[Timetable]) -> set[str]:
        """Keep the plans of so many timetables, new ones too, and have their slots made.

        For an import: some dozens in one transaction. What else was said of them stays. Returns the
        ids of those that were others before.
        """
        query = {"_id": {"$in": [timetable.id for timetable in wanted]}}
        there = {kept.id: kept for kept in await self.timetables.every(tx, query)}
        new = [timetable for timetable in wanted if timetable.id not in there]
        changed = [
            replace(there[timetable.id], plans=timetable.plans)
            for timetable in wanted
            if timetable.id in there and there[timetable.id].plans != timetable.plans
        ]
        await self.timetables.add_all(tx, new)
        for timetable in changed:
            await self.timetables.save(tx, timetable)
        ids = {timetable.id for timetable in (*new, *changed)}
        await self.begin(tx, ids)
        return ids

    async def begin(
        self, tx: Transaction, timetable_ids: Collection[str], *, since: date | None = None
    ) -> None:
        """Have the coming days of these timetables made anew, from `since` on."""
        payload = {"from": since.isoformat()} if since else None
        for timetable_id in timetable_ids:
            await tx.set_timer(MAKE, timetable_id, clock.now(), payload)


def _orphan(slot: Slot, timetable: Timetable) -> bool:
    """Whether it was made before timetables had names."""
    return slot.timetable_id is None and slot.clinic_id == timetable.clinic_id


def _adopted(slot: Slot, timetable: Timetable) -> Slot:
    day = slot.visit.local(slot.visit.starts_at).date()
    return replace(slot, timetable_id=timetable.id, workday=day)
