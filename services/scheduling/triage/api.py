"""The questions, and the nearest departments of urgent care: open to everybody, without login."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable
from services.scheduling.known.domain import Near, place_of
from services.scheduling.triage.actions import FOLLOW_UP, Triage
from services.scheduling.triage.domain import QUESTIONS, RedFlag
from services.scheduling.triage.errors import CALL
from services.scheduling.triage.views import DepartmentView

router = APIRouter(prefix="/v1", tags=["Угроза жизни"])
Use = Annotated[Triage, Depends(facility(Triage))]
_MOST = 10


class QuestionView(BaseModel):
    """A sign that is asked about."""

    code: RedFlag
    title: str


class RedFlags(BaseModel):
    """What is asked wherever symptoms are written; `red_flags` there are the codes of each yes."""

    items: list[QuestionView]
    call: list[str] = Field(description="Whom to call with any of these.")
    notice: str


class Departments(BaseModel):
    """The nearest first; those that are open now before the others."""

    items: list[DepartmentView]
    call: list[str]
    follow_up: str = Field(description="Where a visit to a doctor after it is found.")
    notice: str


@router.get("/red-flags", summary="Опасные признаки", dependencies=[Depends(cacheable(3600))])
async def red_flags() -> RedFlags:
    """Signs with which nobody waits for an appointment (A22): call 103 or 112."""
    return RedFlags(
        items=[QuestionView(code=code, title=title) for code, title in QUESTIONS.items()],
        call=list(CALL),
        notice="Если есть хотя бы один признак, звоните 103 или 112: запись на приём не поможет.",
    )


@router.get("/emergency", summary="Ближайшая неотложная помощь")
async def emergency(
    triage: Use,
    near: Annotated[
        str | None, Query(max_length=40, examples=["55.7558,37.6173"], description="A point.")
    ] = None,
    clinic_id: Annotated[str | None, Query(max_length=128, description="Around it.")] = None,
    within_km: Annotated[float, Query(gt=0, le=500)] = 100,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 3,
) -> Departments:
    """Departments of urgent care by place (A40): open now first, then the nearest."""
    place = place_of(near) if near is not None else None
    if place is None and (near is not None or clinic_id is None):
        detail = "Нужны широта и долгота в градусах, например 55.7558,37.6173, или клиника."
        raise InvalidInputError([FieldError("/query/near", "place-format", detail)])
    around = Near(place, within_km) if place else None
    found = await triage.departments(clinic_id=clinic_id, near=around, limit=limit)
    now = triage.deps.now()
    return Departments(
        items=[DepartmentView.of(clinic, km, now) for clinic, km in found],
        call=list(CALL),
        follow_up=FOLLOW_UP,
        notice=(
            "При угрозе жизни звоните 103 или 112, не дожидаясь транспорта. Когда состояние "
            "станет стабильным, запишитесь на наблюдение к врачу."
        ),
    )
