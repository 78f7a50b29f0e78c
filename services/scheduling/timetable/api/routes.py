"""Clinics, doctors and free slots: open to everybody, there is nobody's data in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.foundation.dates import Day
from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable
from services.chassis.http.pages import Cursor
from services.scheduling.deps import Limit
from services.scheduling.timetable.api.recent import RecentRoute
from services.scheduling.timetable.api.views import (
    Clinics,
    ClinicView,
    ClosedDayView,
    Doctors,
    DoctorView,
    Slots,
    SlotView,
    Specialties,
    SpecialtyView,
)
from services.scheduling.timetable.usecases import Timetable

router = APIRouter(prefix="/v1", tags=["Расписание"], route_class=RecentRoute)
Use = Annotated[Timetable, Depends(facility(Timetable))]
_CACHED = [Depends(cacheable(60))]  # free slots are not: nobody adds to their second


class SlotsAsked(BaseModel):
    """Which free slots; days are those of the clinic."""

    model_config = ConfigDict(extra="forbid")

    doctor_id: str | None = Field(default=None, max_length=128)
    specialty: str | None = Field(default=None, max_length=64, description="A specialty's code.")
    clinic_id: str | None = Field(default=None, max_length=128)
    since: Day | None = Field(default=None, alias="from", description="The first day.")
    until: Day | None = Field(default=None, alias="to", description="The last day.")
    cursor: Cursor = None
    limit: Limit = 50


@router.get("/clinics", summary="Клиники", dependencies=_CACHED)
async def clinics(timetable: Use, cursor: Cursor = None, limit: Limit = 50) -> Clinics:
    """Clinics by id."""
    page = await timetable.clinics(after=cursor, limit=limit)
    now = timetable.deps.now()
    return Clinics(items=[ClinicView.of(c, now) for c in page.items], next_cursor=page.next_cursor)


@router.get("/specialties", summary="Специальности", dependencies=_CACHED)
async def specialties(timetable: Use) -> Specialties:
    """All specialties that there are doctors of."""
    found = await timetable.specialties()
    return Specialties(items=[SpecialtyView(code=s.code, title=s.title) for s in found])


@router.get("/doctors", summary="Врачи", dependencies=_CACHED)
async def doctors(
    timetable: Use,
    specialty: Annotated[str | None, Query(max_length=64)] = None,
    clinic_id: Annotated[str | None, Query(max_length=128)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Doctors:
    """Doctors who receive, with specialties, experience and clinics."""
    page = await timetable.doctors(
        specialty=specialty, clinic_id=clinic_id, after=cursor, limit=limit
    )
    year = timetable.deps.now().year
    return Doctors(items=[DoctorView.of(d, year) for d in page.items], next_cursor=page.next_cursor)


@router.get("/slots", summary="Свободное время")
async def slots(timetable: Use, asked: Annotated[SlotsAsked, Query()]) -> Slots:
    """Free slots by time, and the closed days among the days asked for.

    The answer is of the last second (`as_of`); one's own booking is in it at once.
    """
    as_of = timetable.deps.now()
    page = await timetable.free_slots(
        doctor_id=asked.doctor_id,
        specialty=asked.specialty,
        clinic_id=asked.clinic_id,
        since=asked.since,
        until=asked.until,
        after=asked.cursor,
        limit=asked.limit,
    )
    closed = await timetable.closed_days(
        asked.since, asked.until, clinic_id=asked.clinic_id, doctor_id=asked.doctor_id
    )
    return Slots(
        items=[SlotView.of(s) for s in page.items],
        next_cursor=page.next_cursor,
        as_of=as_of,
        closed=[ClosedDayView.of(c) for c in closed],
    )
