"""Which days are closed, who else has time, and who gets a slot that nobody has any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Doctor, Near, Wanted
from services.scheduling.known.store import Known
from services.scheduling.timetable.domain import (
    Alternatives,
    ClosedDay,
    Hold,
    HoldEnd,
    HoldKind,
    Lack,
    Slot,
)
from services.scheduling.timetable.gateways import public_holidays
from services.scheduling.timetable.store import ClosedDays, SlotQuery, Slots


def holidays_between(since: date, until: date) -> dict[date, str]:
    """Public holidays from `since` to `until`, both included."""
    years = range(since.year, until.year + 1)
    found = {day: name for year in years for day, name in public_holidays(year).items()}
    return {day: found[day] for day in sorted(found) if since <= day <= until}


@dataclass(frozen=True)
class Calendar:
    """Public holidays, and what clinics say of their own days (A24)."""

    days: ClosedDays

    async def closed(
        self, tx: Transaction | None, clinic_id: str, since: date, until: date
    ) -> dict[date, str]:
        """Why a clinic does not work on some of these days."""
        found = holidays_between(since, until)
        for said in await self.days.of_clinic(tx, clinic_id, since, until):
            if said.closed:
                found[said.day] = said.reason
            else:
                found.pop(said.day, None)
        return found

    async def shown(
        self, clinic_ids: Sequence[str], since: date, until: date
    ) -> Sequence[ClosedDay]:
        """What a search tells: holidays for everybody, or the days of the clinics asked for."""
        if not clinic_ids:
            return [ClosedDay(day, name) for day, name in holidays_between(since, until).items()]
        found = [
            ClosedDay(day, reason, clinic_id)
            for clinic_id in clinic_ids
            for day, reason in (await self.closed(None, clinic_id, since, until)).items()
        ]
        return sorted(found, key=lambda closed: closed.day)


HOLD = "hold"
"""The timer that ends the hold of a slot; its key is the slot."""
Line: TypeAlias = Callable[[Transaction, Sequence[Slot]], Awaitable[Mapping[str, Hold]]]
"""Who waits for these free slots (A17, A18): the id of a slot → for whom it is held."""
HoldEnded: TypeAlias = Callable[[Transaction, Slot, HoldEnd], Awaitable[None]]
"""Told to the feature that held a slot; `slot.hold` is still there."""


@dataclass(frozen=True)
class Freeing:
    """No slot becomes everybody's past those who wait for it (X2).

    Every way in which a slot is free again, or for the first time, goes through here. `line` and
    `ended` are what features above have to say.
    """

    deps: Deps
    slots: Slots
    line: Line
    ended: Mapping[HoldKind, HoldEnded]

    async def free(
        self,
        tx: Transaction,
        slot_id: str,
        *,
        appointment_id: str | None = None,
        hold_id: str | None = None,
    ) -> None:
        """This visit, or this hold, leaves a slot: it is held for the first in line, or free.

        Does nothing where the slot is not theirs any more.
        """
        slot = await self.slots.find(tx, slot_id)
        left = slot.left(appointment_id=appointment_id, hold_id=hold_id) if slot else None
        if left is None:
            return
        found = await self._offered(tx, [left])
        await self.slots.have(tx, found[0])

    async def hold(self, tx: Transaction, slot: Slot, hold: Hold) -> None:
        """Hold a free slot that was read here."""
        await self.slots.have(tx, replace(slot, hold=hold))
        await tx.set_timer(HOLD, slot.id, hold.until)

    async def end(self, tx: Transaction, slot: Slot, end: HoldEnd) -> None:
        """Tell whoever held the slot how that ended; a slot that nobody holds is nobody's news."""
        if slot.hold is not None:
            await self.ended[slot.hold.kind](tx, slot, end)

    async def write(
        self,
        tx: Transaction,
        *,
        made: Sequence[Slot],
        changed: Sequence[Slot],
        gone: Sequence[Slot],
    ) -> None:
        """Put in new slots, change and take out others, all of them read here: `Slots.write`."""
        lost = [slot for slot in changed if slot.hold and slot.closed is not None]
        for slot in (*gone, *lost):
            await self.end(tx, slot, HoldEnd.GONE)
        kept = [replace(slot, hold=None) if slot in lost else slot for slot in changed]
        every = await self._offered(tx, [*made, *kept])
        await self.slots.write(tx, made=every[: len(made)], changed=every[len(made) :], gone=gone)

    async def _offered(self, tx: Transaction, slots: Sequence[Slot]) -> Sequence[Slot]:
        """The same; those that somebody waits for are held for them."""
        free = [slot for slot in slots if slot.free and slot.visit.starts_at > self.deps.now()]
        held = await self.line(tx, free) if free else {}
        for slot_id, hold in held.items():
            await tx.set_timer(HOLD, slot_id, hold.until)
        return [replace(s, hold=held[s.id]) if s.id in held else s for s in slots]


_HERE, _NEAR, _EACH, _SAME = 10, 10, 3, 5
"""How much is offered: in the clinic, around it, of each other clinic, and of the same doctor."""
_CLINICS, _DOCTORS, _WITHIN_KM = 20, 100, 50.0


@dataclass(frozen=True)
class Alternating:
    """Finds other time for a visit (e27, A20); a bounded number of questions over indexes."""

    deps: Deps
    slots: Slots
    known: Known

    async def to(
        self, *, doctor_id: str, specialty: str, clinic_id: str, since: datetime
    ) -> Alternatives:
        """What there is from `since` on, instead of this doctor at this clinic."""
        now = self.deps.now()
        query = SlotQuery(starting=max(since, now), specialty=specialty)
        here = await self._free(replace(query, clinic_id=clinic_id), _HERE + _SAME)
        same = await self._free(replace(query, specialty=None, doctor_id=doctor_id), _SAME)
        others = [slot for slot in here if slot.doctor_id != doctor_id][:_HERE]
        around = await self._around(clinic_id, now.date())
        near = await self._near(query, doctor_id, clinic_id, list(around))
        found = (*others, *near)
        lack = None if found else await self._lack(specialty, doctor_id)
        return Alternatives(found, tuple(same), around, lack)

    async def _around(self, clinic_id: str, day: date) -> dict[str, float]:
        """Clinics by distance; none where nobody knows where this one is."""
        clinic = await self.known.clinics.find(None, clinic_id)
        if clinic is None or clinic.place is None:
            return {}
        near = Near(clinic.place, _WITHIN_KM)
        found = await self.known.clinics_near(near, insurance=None, day=day, limit=_CLINICS)
        return {c.id: km for c in found if (km := near.km_to(c)) is not None and c.id != clinic_id}

    async def _near(
        self, query: SlotQuery, doctor_id: str, clinic_id: str, around: Sequence[str]
    ) -> list[Slot]:
        if not around:  # it is not known what is near: the soonest, wherever
            return await self._anywhere(query, doctor_id, clinic_id)
        found = list[Slot]()
        for other in around:
            there = await self._free(replace(query, clinic_id=other), _EACH + 1)
            found += [slot for slot in there if slot.doctor_id != doctor_id][:_EACH]
            if len(found) >= _NEAR:
                break
        return found[:_NEAR]

    async def _anywhere(self, query: SlotQuery, doctor_id: str, clinic_id: str) -> list[Slot]:
        page = await self._doctors(query.specialty, limit=_DOCTORS)
        others = [d.id for d in page if d.id != doctor_id and clinic_id not in d.clinics]
        if not others:
            return []
        query = replace(query, specialty=None, doctors=tuple(others))
        return list(await self._free(query, _NEAR))

    async def _doctors(self, specialty: str | None, limit: int) -> Sequence[Doctor]:
        year = self.deps.now().year
        wanted = Wanted(specialty=specialty)
        return (await self.known.doctors_by(wanted, year, after=None, limit=limit)).items

    async def _free(self, query: SlotQuery, limit: int) -> Sequence[Slot]:
        last = self.deps.now() + timedelta(days=self.deps.settings.horizon_days + 1)
        return (await self.slots.free(query, limit, last)).items

    async def _lack(self, specialty: str, doctor_id: str) -> Lack:
        others = [d for d in await self._doctors(specialty, limit=2) if d.id != doctor_id]
        return Lack.NO_TIME if others else Lack.NOBODY
