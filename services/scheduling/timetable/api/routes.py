"""Clinics, doctors and free slots: open to everybody, there is nobody's data in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.foundation.dates import Day
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor
from services.scheduling.deps import Limit
from services.scheduling.timetable.api.recent import RecentAnswers
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

router = APIRouter(prefix="/v1", tags=["Расписание"])
Use = Annotated[Timetable, Depends(facility(Timetable))]
Recent = Annotated[RecentAnswers, Depends(facility(RecentAnswers))]
_FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}
"""Caches may keep these. Free slots they may not: nobody adds to their second."""


class DoctorsAsked(BaseModel):
    """Which doctors."""

    model_config = ConfigDict(frozen=True)

    specialty: str | None = Field(default=None, max_length=64)
    clinic_id: str | None = Field(default=None, max_length=64)
    cursor: Cursor = None
    limit: Limit = 50


class SlotsAsked(BaseModel):
    """Which free slots; days are those of the clinic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    doctor_id: str | None = Field(default=None, max_length=64)
    specialty: str | None = Field(default=None, max_length=64, description="A specialty's code.")
    clinic_id: str | None = Field(default=None, max_length=64)
    since: Day | None = Field(default=None, alias="from", description="The first day.")
    until: Day | None = Field(default=None, alias="to", description="The last day.")
    cursor: Cursor = None
    limit: Limit = 50


@router.get("/clinics", summary="Клиники", response_model=Clinics)
async def clinics(timetable: Use, recent: Recent) -> Response:
    """All clinics."""

    async def read() -> Clinics:
        return Clinics(items=[ClinicView.of(c) for c in await timetable.clinics()])

    return await recent.answer("clinics", read, _FOR_A_MINUTE)


@router.get("/specialties", summary="Специальности", response_model=Specialties)
async def specialties(timetable: Use, recent: Recent) -> Response:
    """All specialties that there are doctors of."""

    async def read() -> Specialties:
        found = await timetable.specialties()
        return Specialties(items=[SpecialtyView(code=s.code, title=s.title) for s in found])

    return await recent.answer("specialties", read, _FOR_A_MINUTE)


@router.get("/doctors", summary="Врачи", response_model=Doctors)
async def doctors(
    timetable: Use, recent: Recent, asked: Annotated[DoctorsAsked, Query()]
) -> Response:
    """Doctors with specialty, room, experience and licence number."""

    async def read() -> Doctors:
        page = await timetable.doctors(
            specialty=asked.specialty,
            clinic_id=asked.clinic_id,
            after=asked.cursor,
            limit=asked.limit,
        )
        year = datetime.now(UTC).year
        items = [DoctorView.of(d, year) for d in page.items]
        return Doctors(items=items, next_cursor=page.next_cursor)

    return await recent.answer(asked, read, _FOR_A_MINUTE)


@router.get("/slots", summary="Свободное время", response_model=Slots)
async def slots(timetable: Use, recent: Recent, asked: Annotated[SlotsAsked, Query()]) -> Response:
    """Free slots by time, and the closed days among the days asked for.

    The answer is of the last second (`as_of`); one's own booking is in it at once.
    """

    async def read() -> Slots:
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
        closed = await timetable.closed_days(asked.since, asked.until)
        return Slots(
            items=[SlotView.of(s) for s in page.items],
            next_cursor=page.next_cursor,
            as_of=as_of,
            closed=[ClosedDayView.of(c) for c in closed],
        )

    return await recent.answer(asked, read)
