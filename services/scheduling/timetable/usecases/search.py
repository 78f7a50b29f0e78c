"""Clinics, doctors and free time by what patients choose them by (A1, A2).

Nearest first where a place is named: then the nearest are the answer, and there is no next page.
Where there is no free time, the answer says why and what is closest to it (A20).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.chassis.database.pages import Page
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic, Doctor, Near, Place, Wanted
from services.scheduling.known.store import Known
from services.scheduling.timetable.domain import ClosedDay, FreeTime, Instead, Lack, Slot
from services.scheduling.timetable.store import SlotQuery, Slots
from services.scheduling.timetable.usecases.widening import Widening, all_closed, widenings

_NEAREST = 100
"""Of so many clinics around a place doctors and free time are looked for."""
_FEWER = 25
"""Of so many, if any specialty will do."""
_AT_ONCE = 10
"""Clinics whose doctors are asked for together, nearest first."""
_OFFERED = 5
"""So many free slots are offered where nothing fits."""
_AROUND = 20
"""Clinics that are asked one by one for them."""
_PATIENCE = 1.0
"""Seconds after which no wider question is begun."""


@dataclass(frozen=True)
class Search:
    """Every question is answered over an index, in bounded time."""

    deps: Deps
    slots: Slots
    known: Known

    async def clinics(
        self, *, insurance: str | None, near: Near | None, after: str | None, limit: int
    ) -> Page[Clinic]:
        """Clinics by id, or the nearest.

        Raises:
            InvalidInputError: a cursor that is not ours, or one with a place.
        """
        if near is None:
            return await self.known.clinics_after(after, limit, insurance=insurance)
        _refuse_cursor(after)
        found = await self.known.clinics_near(
            near, insurance=insurance, day=self.deps.now().date(), limit=limit
        )
        return Page(tuple(found), None)

    async def doctors(
        self, wanted: Wanted, *, best: bool, after: str | None, limit: int
    ) -> tuple[Page[Doctor], Sequence[Clinic]]:
        """Doctors by id, the `best` first, or those of the nearest clinics, with these clinics.

        Raises:
            InvalidInputError: a cursor that is not ours, or one with a place.
        """
        if wanted.near is not None:
            _refuse_cursor(after)
            clinics = await self._around(wanted, _NEAREST)
            found = await self._nearest(wanted, [c.id for c in clinics], limit)
            return Page(tuple(found), None), clinics
        taking = await self._clinic_ids(wanted)
        year = self.deps.now().year
        page = await self.known.doctors_by(
            wanted, year, clinics=taking, best=best, after=after, limit=limit
        )
        return page, ()

    async def _nearest(self, wanted: Wanted, clinics: Sequence[str], limit: int) -> list[Doctor]:
        year, found = self.deps.now().year, dict[str, Doctor]()
        for start in range(0, len(clinics), _AT_ONCE):
            some = clinics[start : start + _AT_ONCE]
            rank = {clinic_id: place for place, clinic_id in enumerate(some)}
            receiving = await self.known.doctors_in(wanted, year, some)
            there = [d for d in receiving if d.id not in found]
            there.sort(key=lambda d: (min(rank.get(c, _AT_ONCE) for c in d.clinics), d.id))
            found |= {doctor.id: doctor for doctor in there}
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    async def free_slots(
        self, wanted: Wanted, when: FreeTime, *, after: str | None, limit: int
    ) -> tuple[Page[Slot], Sequence[Clinic]]:
        """Free slots from now on, by time (A1); and the clinics around the place that was named.

        Raises:
            InvalidInputError: a cursor that is not ours; a kind or a time of everybody's visits.
        """
        narrow = (wanted.specialty, wanted.clinic_id, when.doctor_id, wanted.near)
        if (when.kind or when.begins) and not any(narrow):
            raise InvalidInputError([FieldError("/query/specialty", "too-broad", _TOO_BROAD)])
        around: Sequence[Clinic] = ()
        if wanted.near is not None:
            around = await self._around(wanted, _NEAREST if wanted.specialty else _FEWER)
        clinics = [c.id for c in around] if wanted.near else await self._clinic_ids(wanted)
        doctors = None
        now = self.deps.now()
        if wanted.someone:
            doctors = await self.known.doctor_ids(wanted, now.year, clinics)
        if clinics == [] or doctors == []:
            return Page((), None), around
        query = SlotQuery(
            starting=now,
            doctor_id=when.doctor_id,
            specialty=wanted.specialty,
            clinic_id=wanted.clinic_id,
            since=when.since,
            until=when.until,
            after=after,
            doctors=_tuple(doctors),
            clinics=_tuple(clinics),
            kind=when.kind,
            begins=when.begins,
        )
        last = now + timedelta(days=self.deps.settings.horizon_days + 1)
        zones = await self.known.zones() if when.begins else ()
        return await self.slots.free(query, limit, last, zones), around

    async def instead(self, wanted: Wanted, when: FreeTime, closed: Sequence[ClosedDay]) -> Instead:
        """Why nothing is free, and what is closest to it; `closed` are days without visits.

        A bounded number of questions, each as `free_slots` would answer it.
        """
        doctor = await self.known.doctors.find(None, when.doctor_id) if when.doctor_id else None
        if doctor is not None and doctor.receives and wanted.specialty is None:
            wanted = replace(wanted, specialty=doctor.specialty)
        clinics = [wanted.clinic_id] if wanted.clinic_id else [*(doctor.clinics if doctor else ())]
        if not await self._somebody(wanted.specialty):
            return Instead(Lack.NOBODY)
        begun = time.monotonic()
        for wider in widenings(wanted, when, await self._place(wanted.near, clinics)):
            found = await self._offered(wider)
            if found.slots:
                shut = found.lack is Lack.OUTSIDE and all_closed(when, closed, clinics)
                return replace(found, lack=Lack.CLOSED) if shut else found
            if time.monotonic() - begun > _PATIENCE:
                break
        return Instead(Lack.CLOSED if all_closed(when, closed, clinics) else Lack.NO_TIME)

    async def _somebody(self, specialty: str | None) -> bool:
        wanted, year = Wanted(specialty=specialty), self.deps.now().year
        return bool((await self.known.doctors_by(wanted, year, after=None, limit=1)).items)

    async def _place(self, near: Near | None, clinics: Sequence[str]) -> Place | None:
        if near is not None or not clinics:
            return near.place if near else None
        clinic = await self.known.clinics.find(None, clinics[0])
        return clinic.place if clinic else None

    async def _offered(self, wider: Widening) -> Instead:
        """The nearest where there is a place, else the soonest."""
        wanted, when = wider.wanted, wider.when
        if wanted.near is not None and when.kind is None and when.begins is None:
            around = await self._around(wanted, _AROUND)
            slots = await self._one_by_one(wanted, when, [clinic.id for clinic in around])
        else:
            page, around = await self.free_slots(wanted, when, after=None, limit=_OFFERED)
            slots = page.items
        far = {c.id: wanted.near.km_to(c) for c in around} if wanted.near else {}
        known = {clinic_id: km for clinic_id, km in far.items() if km is not None}
        return Instead(wider.lack, tuple(slots), known)

    async def _one_by_one(
        self, wanted: Wanted, when: FreeTime, clinics: Sequence[str]
    ) -> Sequence[Slot]:
        found = list[Slot]()
        for clinic_id in clinics:  # they take the insurance
            there = replace(wanted, near=None, insurance=None, clinic_id=clinic_id)
            page, _ = await self.free_slots(there, when, after=None, limit=_OFFERED - len(found))
            found += page.items
            if len(found) >= _OFFERED:
                break
        return found

    async def _around(self, wanted: Wanted, most: int) -> Sequence[Clinic]:
        assert wanted.near is not None  # noqa: S101 - for the types: asked with a place only
        day = self.deps.now().date()
        return await self.known.clinics_near(
            wanted.near, insurance=wanted.insurance, day=day, limit=most
        )

    async def _clinic_ids(self, wanted: Wanted) -> list[str] | None:
        """Those that take the insurance, where one is named."""
        if wanted.insurance is None:
            return None
        return await self.known.clinics_taking(wanted.insurance)


_TOO_BROAD = (
    "Вместе с видом приёма или временем дня укажите специальность, врача, клинику или место."
)


def _tuple(found: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if found is None else tuple(found)


def _refuse_cursor(after: str | None) -> None:
    if after is not None:
        detail = "Ближайшие показываются одной страницей: уточните место или радиус."
        raise InvalidInputError([FieldError("/query/cursor", "cursor", detail)])
