"""A citizen's holds over HTTP."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import LateOnceKey
from services.chassis.http.pages import Cursor
from services.scheduling.deps import AdmittedCitizen, Body, Citizen, Limit, VisitView
from services.scheduling.holds.domain import CitizenHold
from services.scheduling.holds.usecases import HoldingSlots
from services.scheduling.timetable.domain import HoldEnd

router = APIRouter(prefix="/v1/holds", tags=["Записи"])
Use = Annotated[HoldingSlots, Depends(facility(HoldingSlots))]


class HoldState(StrEnum):
    """Whether a hold stands, or how it ended."""

    HELD = "held"
    TAKEN = HoldEnd.TAKEN.value
    GIVEN_BACK = HoldEnd.GIVEN_BACK.value
    RUN_OUT = HoldEnd.RUN_OUT.value
    GONE = HoldEnd.GONE.value


LABELS = {
    HoldState.HELD: "Время придержано для вас",
    HoldState.TAKEN: "Вы записались",
    HoldState.GIVEN_BACK: "Вы вернули время",
    HoldState.RUN_OUT: "Время брони вышло",
    HoldState.GONE: "Этого времени больше нет в расписании",
}


class HoldSlot(Body):
    """Which slot."""

    slot_id: Id = Field(examples=["doctor-orlova-202611230500"])


class HoldView(BaseModel):
    """A slot that is held while its booking is filled in (A5)."""

    id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: VisitView
    state: HoldState
    state_label: str
    held_at: datetime
    expires_at: datetime
    seconds_left: int = Field(description="0: it does not stand any more.")
    appointment_id: str | None = Field(description="The booking that it became.")

    @classmethod
    def of(cls, found: CitizenHold, now: datetime) -> HoldView:
        """On the clinic's clock."""
        local, ended = found.visit.local, found.ended
        state = HoldState(ended.how.value) if ended else HoldState.HELD
        return cls(
            id=found.id,
            slot_id=found.slot_id,
            doctor_id=found.doctor_id,
            clinic_id=found.clinic_id,
            visit=VisitView.model_validate(found.visit.on_clinic_clock),
            state=state,
            state_label=LABELS[state],
            held_at=local(found.held_at),
            expires_at=local(found.until),
            seconds_left=found.seconds_left(now),
            appointment_id=ended.appointment_id if ended else None,
        )


class Holds(BaseModel):
    """A page of the citizen's holds."""

    items: list[HoldView]
    next_cursor: str | None


def _view(use: HoldingSlots, found: CitizenHold) -> HoldView:
    return HoldView.of(found, use.deps.now())


def _held(found: CitizenHold) -> dict[str, str]:
    return {"Location": f"/v1/holds/{found.id}"}


@router.post("", status_code=201, summary="Придержать время", response_model=HoldView)
async def hold(body: HoldSlot, use: Use, who: AdmittedCitizen, once: LateOnceKey) -> Response:
    """Have a free slot to oneself for some minutes; `POST /v1/appointments` books it as ever.

    Nobody else sees or gets it until `expires_at`. 409 `too-many-holds`: so many at a time.
    """
    keyed = once.answering(partial(_view, use), headers=_held)
    await use.hold(who.subject, body.slot_id, actor_id=who.actor, once=keyed)
    return answered(keyed.given)


@router.get("", summary="Мои брони времени")
async def holds(use: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20) -> Holds:
    """One's own holds, the latest first; those of the last 30 days that ended, too."""
    page = await use.of_citizen(who.subject, after=cursor, limit=limit)
    return Holds(items=[_view(use, h) for h in page.items], next_cursor=page.next_cursor)


@router.get("/{hold_id}", summary="Моя бронь времени")
async def one_hold(hold_id: Id, use: Use, who: Citizen) -> HoldView:
    """One of one's own holds, and how long it stands yet."""
    return _view(use, await use.one(who.subject, hold_id))


@router.post("/{hold_id}/release", summary="Вернуть придержанное время")
async def release(hold_id: Id, use: Use, who: Citizen) -> HoldView:
    """Give the slot back: it goes to who waits for it, or is everybody's again."""
    return _view(use, await use.release(who.subject, hold_id))
