"""Clinics, doctors and free slots: open to everybody, there is nobody's data in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable
from services.scheduling.timetable.api.questions import ClinicsAsked, DoctorsAsked, SlotsAsked
from services.scheduling.timetable.api.recent import RecentRoute
from services.scheduling.timetable.api.views import (
    Clinics,
    ClinicView,
    ClosedDayView,
    Doctors,
    DoctorView,
    InsteadView,
    Slots,
    SlotView,
    Specialties,
    SpecialtyView,
    distances,
    nearest,
)
from services.scheduling.timetable.usecases import Search, Timetable

router = APIRouter(prefix="/v1", tags=["Расписание"], route_class=RecentRoute)
Use = Annotated[Timetable, Depends(facility(Timetable))]
Find = Annotated[Search, Depends(facility(Search))]
_CACHED = [Depends(cacheable(60))]  # free slots are not: nobody adds to their second


@router.get("/clinics", summary="Клиники", dependencies=_CACHED)
async def clinics(search: Find, asked: Annotated[ClinicsAsked, Query()]) -> Clinics:
    """Clinics by id, or the nearest to a place (A2)."""
    near, now = asked.place, search.deps.now()
    page = await search.clinics(
        insurance=asked.insurance, near=near, after=asked.cursor, limit=asked.limit
    )
    far = distances(page.items, near)
    items = [ClinicView.of(c, now, far.get(c.id)) for c in page.items]
    return Clinics(items=items, next_cursor=page.next_cursor)


@router.get("/specialties", summary="Специальности", dependencies=_CACHED)
async def specialties(timetable: Use) -> Specialties:
    """All specialties that there are doctors of."""
    found = await timetable.specialties()
    return Specialties(items=[SpecialtyView(code=s.code, title=s.title) for s in found])


@router.get("/doctors", summary="Врачи", dependencies=_CACHED)
async def doctors(search: Find, asked: Annotated[DoctorsAsked, Query()]) -> Doctors:
    """Doctors who receive, by id, by rating, or those nearest to a place (A2)."""
    wanted, year = asked.wanted, search.deps.now().year
    page, around = await search.doctors(
        wanted, best=asked.best, after=asked.cursor, limit=asked.limit
    )
    far = distances(around, wanted.near)
    items = [DoctorView.of(d, year, nearest(far, d.clinics)) for d in page.items]
    return Doctors(items=items, next_cursor=page.next_cursor)


@router.get("/slots", summary="Свободное время")
async def slots(search: Find, timetable: Use, asked: Annotated[SlotsAsked, Query()]) -> Slots:
    """Free slots by time, and the closed days among the days asked for.

    The answer is of the last second (`as_of`); one's own booking is in it at once. With `kind`,
    `time_from`, `time_to`, or a wide choice of doctors a page may be short: `next_cursor` goes on.
    Where nothing fits, `instead` says why, what is closest, and the ways on (A20).
    """
    as_of, wanted = search.deps.now(), asked.wanted
    page, around = await search.free_slots(
        wanted, asked.when, after=asked.cursor, limit=asked.limit
    )
    closed = await timetable.closed_days(
        asked.since, asked.until, clinic_id=asked.clinic_id, doctor_id=asked.doctor_id
    )
    instead = None
    if not (page.items or page.next_cursor or asked.cursor):
        instead = await search.instead(wanted, asked.when, closed)
    far = distances(around, wanted.near)
    return Slots(
        items=[SlotView.of(s, far.get(s.clinic_id)) for s in page.items],
        next_cursor=page.next_cursor,
        as_of=as_of,
        closed=[ClosedDayView.of(c) for c in closed],
        instead=InsteadView.of(instead) if instead else None,
    )
