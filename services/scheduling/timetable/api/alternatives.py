"""Who else has time; asked of one doctor, so it is nobody's recent answer, and never cached."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.chassis.foundation.dates import Day
from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.scheduling.timetable.usecases import Timetable
from services.scheduling.timetable.views import AlternativesView

router = APIRouter(prefix="/v1", tags=["Расписание"])
Use = Annotated[Timetable, Depends(facility(Timetable))]


@router.get("/doctors/{doctor_id}/alternatives", summary="К кому ещё можно записаться")
async def alternatives(
    doctor_id: Id,
    timetable: Use,
    clinic_id: Annotated[str | None, Query(max_length=128)] = None,
    day: Annotated[Day | None, Query(description="From this day on; left out: from now.")] = None,
) -> AlternativesView:
    """Free time of other doctors of the specialty: the same clinic first, then the nearest (e27).

    Where there is none, `reason` says why.
    """
    return AlternativesView.of(await timetable.instead_of(doctor_id, clinic_id, day))
