"""The waitlist over HTTP (A17, A18, A37): joining, what is offered, yes and no."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.dates import Day, today
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.facilities import facility
from services.chassis.http.looks import only
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.scheduling.bookings.domain.details import FIRST
from services.scheduling.bookings.views import Accept, DetailsIn, OfferedView
from services.scheduling.deps import AdmittedCitizen, Body, Citizen, Limit
from services.scheduling.timetable.views import Time, begins_of
from services.scheduling.triage.actions import Triage
from services.scheduling.waitlist.domain import EndedBy, Sought, State, Wait
from services.scheduling.waitlist.usecases import Waitlist

router = APIRouter(prefix="/v1/waits", tags=["Лист ожидания"])
Use = Annotated[Waitlist, Depends(facility(Waitlist))]
Asks = Annotated[Triage, Depends(facility(Triage))]
Code = Annotated[str | None, Field(max_length=64)]
WaitId = Annotated[str, Path(max_length=64)]
STATE_LABELS = {
    State.WAITING: "Вы в листе ожидания",
    State.OFFERED: "Для вас придержано время",
    State.ENDED: "Ожидание закончено",
}
ENDED_LABELS = {
    EndedBy.BOOKED: "Вы записаны",
    EndedBy.LEFT: "Вы вышли из листа ожидания",
    EndedBy.PAST: "Желаемые дни прошли",
    EndedBy.UNANSWERED: "Вы несколько раз не ответили на предложение",
}


class Join(Body):
    """Which time is waited for: of a doctor, or of a specialty at some clinics."""

    doctor_id: Id | None = None
    specialty: Code = Field(default=None, examples=["cardiologist"])
    clinic_ids: list[Id] = Field(default=[], max_length=10)
    since: Day | None = Field(default=None, alias="from", description="The first day; or today.")
    until: Day = Field(alias="to", description="The last day.")
    time_from: Time = Field(default=None, examples=["18:00"], description="Begins then or later.")
    time_to: Time = Field(default=None, examples=["20:30"], description="… and before then.")
    kind: Code = Field(default=None, description=f"What for: {', '.join(VISIT_KINDS)}.")
    details: DetailsIn = Field(default=DetailsIn(), description="As in a booking.")
    preliminary: bool = Field(
        default=False,
        description="A preliminary booking: `details` with all that a first visit needs.",
    )

    def of(self, who: Principal, wait_id: str, now: datetime) -> Wait:
        """The place in line that is asked for.

        Raises:
            InvalidInputError: something of it is no such thing.
        """
        details, sought = self.details.details, self._sought(today(now))
        faults = details.faults(FIRST, details.files) if self.preliminary else []
        if faults:
            raise InvalidInputError([replace(f, pointer=f"/details{f.pointer}") for f in faults])
        return Wait(
            wait_id,
            who.subject,
            sought,
            now,
            sought.keys,
            details,
            self.preliminary,
            who.actor,
        )

    def _sought(self, today: date) -> Sought:
        by, _ = only(doctor_id=self.doctor_id, specialty=self.specialty)
        if (by == "specialty") != bool(self.clinic_ids):
            detail = "Клиники (от 1 до 10) указываются вместе со специальностью."
            raise InvalidInputError([FieldError("/clinic_ids", "with-specialty", detail)], detail)
        if self.kind is not None and self.kind not in VISIT_KINDS:
            detail = f"Такого вида приёма нет. Возможны: {', '.join(VISIT_KINDS)}."
            raise InvalidInputError([FieldError("/kind", "visit-kind", detail)])
        return Sought(
            self.since or today,
            self.until,
            self.doctor_id,
            self.specialty,
            tuple(dict.fromkeys(self.clinic_ids)),
            begins_of(self.time_from, self.time_to),
            self.kind,
        )


class WaitView(BaseModel):
    """A place in line."""

    id: str
    state: State
    state_label: str
    doctor_id: str | None
    specialty: str | None
    clinic_ids: list[str]
    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    time_from: str | None
    time_to: str | None
    kind: str | None
    preliminary: bool
    joined_at: datetime
    ahead: int | None = Field(
        description="How many joined before who wait for the same doctor, or the specialty at the "
        "same clinics (1000: as many or more). Their days may be others, so one's turn may come "
        "sooner. Null: it is over."
    )
    offer: OfferedView | None
    missed: int = Field(description="Offers that ran out without an answer.")
    ended_by: EndedBy | None
    ended_label: str | None
    ended_at: datetime | None
    appointment_id: str | None

    @classmethod
    def of(cls, wait: Wait, now: datetime, ahead: int | None = None) -> WaitView:
        """As its citizen sees it now."""
        sought = wait.sought
        first, end = sought.begins or (None, None)
        return cls(
            id=wait.id,
            state=wait.state,
            state_label=STATE_LABELS[wait.state],
            doctor_id=sought.doctor_id,
            specialty=sought.specialty,
            clinic_ids=list(sought.clinic_ids),
            since=sought.since,
            until=sought.until,
            time_from=_clock(first),
            time_to=_clock(end),
            kind=sought.kind,
            preliminary=wait.preliminary,
            joined_at=wait.joined_at,
            ahead=ahead,
            offer=OfferedView.of(wait.offer, now) if wait.offer else None,
            missed=wait.missed,
            ended_by=wait.ended_by,
            ended_label=ENDED_LABELS[wait.ended_by] if wait.ended_by else None,
            ended_at=wait.ended_at,
            appointment_id=wait.visit_id,
        )


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


class WaitsView(BaseModel):
    """A page of the citizen's places in line."""

    items: list[WaitView]
    next_cursor: str | None


def _at(wait: Wait) -> dict[str, str]:
    return {"Location": f"/v1/waits/{wait.id}"}


@router.post("", status_code=201, summary="Встать в лист ожидания", response_model=WaitView)
async def join(
    body: Join, waitlist: Use, who: AdmittedCitizen, once: OnceKey, triage: Asks
) -> Response:
    """Be told of time as soon as it is free, and have it held for some minutes.

    409 `life-threatening`: nobody waits with such symptoms. 409 `there-is-time`: it is free now
    (`slot_ids`, the nearest first).
    """
    now = waitlist.deps.now()
    keyed = once.answering(lambda wait: WaitView.of(wait, now), headers=_at)
    here = body.clinic_ids[0] if body.clinic_ids else None
    await triage.check(body.details.said, clinic_id=here, pointer="/details")
    await waitlist.join(body.of(who, waitlist.deps.new_id(), now), once=keyed)
    return answered(keyed.given)


@router.get("", summary="Мои листы ожидания")
async def waits(waitlist: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20) -> WaitsView:
    """One's own places in line, the latest first, with what is offered and for how long yet."""
    page, ahead = await waitlist.of_citizen(who.subject, after=cursor, limit=limit)
    now = waitlist.deps.now()
    items = [WaitView.of(wait, now, ahead.get(wait.id)) for wait in page.items]
    return WaitsView(items=items, next_cursor=page.next_cursor)


@router.get("/{wait_id}", summary="Место в листе ожидания")
async def wait(wait_id: WaitId, waitlist: Use, who: Citizen) -> WaitView:
    """One of one's own."""
    found, ahead = await waitlist.one(who.subject, wait_id)
    return WaitView.of(found, waitlist.deps.now(), ahead if found.open else None)


@router.post("/{wait_id}/departure", summary="Выйти из листа ожидания")
async def leave(wait_id: WaitId, waitlist: Use, who: Citizen) -> WaitView:
    """Wait no longer; what is offered goes to the next in line."""
    return WaitView.of(await waitlist.leave(who.subject, wait_id), waitlist.deps.now())


@router.post(
    "/{wait_id}/acceptance",
    status_code=201,
    summary="Согласиться на предложенное время",
    response_model=WaitView,
)
async def accept(
    wait_id: WaitId,
    waitlist: Use,
    who: AdmittedCitizen,
    once: OnceKey,
    *,
    triage: Asks,
    body: Accept | None = None,
) -> Response:
    """Book the slot that is held: `appointment_id` is the visit. As `POST /v1/appointments`.

    A refused yes leaves the offer, while it lasts.
    """
    now = waitlist.deps.now()
    keyed = once.answering(
        lambda wait: WaitView.of(wait, now),
        headers=lambda wait: {"Location": f"/v1/appointments/{wait.visit_id}"},
    )
    said = body or Accept()
    await triage.check(said.said, pointer="/details")
    await waitlist.accept(who.subject, wait_id, said.yes(who.actor), once=keyed)
    return answered(keyed.given)


@router.post("/{wait_id}/refusal", summary="Отказаться от предложенного времени")
async def refuse(wait_id: WaitId, waitlist: Use, who: Citizen) -> WaitView:
    """Wait for another: this slot goes to the next in line, and is not offered here again."""
    return WaitView.of(await waitlist.refuse(who.subject, wait_id), waitlist.deps.now())
