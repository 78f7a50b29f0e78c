"""The room of a video visit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.scheduling.video.usecases.entering import Entering

router = APIRouter(prefix="/v1", tags=["Записи"])
Use = Annotated[Entering, Depends(facility(Entering))]
Guest = Annotated[Principal, Depends(admitted(Role.CITIZEN, Role.DOCTOR, acting=True))]
"""The patient, who acts for them, or the doctor: which of them, the use case says."""


class RoomView(BaseModel):
    """Where to enter, on the clinic's clock."""

    url: str = Field(description="Адрес для вас одних: не пересылайте его.")
    opens_at: datetime
    closes_at: datetime


@router.get("/appointments/{appointment_id}/room", summary="Войти в видеокомнату")
async def room(
    appointment_id: Annotated[str, Path(max_length=64)], entering: Use, who: Guest
) -> RoomView:
    """The address of the room of one's own video visit, for its patient and its doctor (C19).

    Open from 10 minutes before the visit to 15 minutes after it; else 409 `room-closed` says when.
    """
    found, room = await entering.enter(who, appointment_id)
    local = found.visit.local
    return RoomView(
        url=room.url,
        opens_at=local(room.window.opens_at),
        closes_at=local(room.window.closes_at),
    )
