"""Clinics, doctors and free time by what patients choose them by (A1, A2).

Nearest first where a place is named: then the nearest are the answer, and there is no next page.
Ratings are none of it yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.chassis.database.pages import Page
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic, Doctor, Near, Wanted
from services.scheduling.known.store import Known
from services.scheduling.timetable.domain import Slot
from services.scheduling.timetable.store import SlotQuery, Slots

_NEAREST = 100
"""Of so many clinics around a place doctors and free time are looked for."""
_FEWER = 25
"""Of so many, if any specialty will do."""
_AT_ONCE = 10
"""Clinics whose doctors are asked for together, nearest first."""


@dataclass(frozen=True)
class FreeTime:
    """When it should be, and for what; days and minutes are those of the clinic."""

    doctor_id: str | None = None
    since: date | None = None
    until: date | None = None
    kind: str | None = None
    begins: tuple[int, int] | None = None


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
        self, wanted: Wanted, *, after: str | None, limit: int
    ) -> tuple[Page[Doctor], Sequence[Clinic]]:
        """Doctors by id, or those of the nearest clinics; and these clinics, nearest first.

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
        page = await self.known.doctors_by(wanted, year, clinics=taking, after=after, limit=limit)
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
