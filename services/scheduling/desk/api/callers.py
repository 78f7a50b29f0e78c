"""What staff does for who calls or stands at the desk (K8): until the visit begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from contracts.roles import Role
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach, Why
from services.chassis.http.once import LateOnceKey
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.views import DetailsIn
from services.scheduling.deps import Body, Registrar
from services.scheduling.desk.api.visits import DayVisit
from services.scheduling.desk.usecases import Calling, Rejecting
from services.scheduling.desk.usecases.calling import ROLES

router = APIRouter(prefix="/v1/desk/appointments", tags=["Сотрудникам"])
Use = Annotated[Calling, Depends(facility(Calling))]
AppointmentId = Annotated[str, Path(max_length=64)]
Answer = Annotated[Rejecting, Depends(facility(Rejecting))]
Caller = Annotated[Principal, Depends(admitted(*ROLES))]
SlotId = Annotated[str, Field(min_length=1, max_length=128)]


class Reason(Body):
    """Why: whoever sees all clinics has to say."""

    reason: Why = Field(
        default=None,
        description="Обязательна поддержке; её увидит пациент.",
        examples=["Звонок пациента: просит записать."],
    )


class BookFor(Reason):
    """Whom, which slot, and what the caller says of the visit."""

    citizen_id: Id = Field(description="From `POST /v1/people/searches`.")
    slot_id: SlotId
    details: DetailsIn = Field(default=DetailsIn(), description="As in a citizen's booking.")


class TransferFor(Reason):
    """To which slot."""

    slot_id: SlotId


class No(Body):
    """Why not: the patient is shown it."""

    comment: Annotated[str, Tidied(prose, longest=1000, shortest=3)]


def _made(found: Appointment) -> dict[str, str]:
    return {"Location": f"/v1/appointments/{found.id}"}


@router.post("", status_code=201, summary="Записать пациента", response_model=DayVisit)
async def book_for(body: BookFor, use: Use, who: Caller, once: LateOnceKey) -> Response:
    """A registrar books at their clinic, support at any and with a reason (K8).

    Refused is what the patient would be refused, but for limits on what citizens book themselves;
    why the registry does not confirm the patient is said, too: corrected data let it through (A29).
    409 `life-threatening`: what the caller says is no matter for a visit (A22).
    """
    keyed = once.answering(DayVisit.of, headers=_made)
    said = body.details
    await use.triaged(said.said, body.slot_id)
    reach = Reach(who, ROLES)
    await use.book(
        reach, body.citizen_id, body.slot_id, body.reason, details=said.details, once=keyed
    )
    return answered(keyed.given)


@router.post("/{appointment_id}/transfer", summary="Перенести запись пациента")
async def transfer_for(
    appointment_id: AppointmentId, body: TransferFor, use: Use, who: Caller
) -> DayVisit:
    """Move a visit until it begins; citizens can until 24 hours before (A13, e31).

    The same request again changes nothing.
    """
    found = await use.move(Reach(who, ROLES), appointment_id, body.slot_id, body.reason)
    return DayVisit.of(found)


@router.post(
    "/{appointment_id}/restoration",
    status_code=201,
    summary="Восстановить отменённую запись",
    response_model=DayVisit,
)
async def restore(
    appointment_id: AppointmentId, body: Reason, use: Use, who: Caller, once: LateOnceKey
) -> Response:
    """A new visit in the slot of one that is off, if it can still be had (K8, e20).

    Where it cannot, `GET /v1/doctors/{doctor_id}/alternatives` has other time.
    """
    keyed = once.answering(DayVisit.of, headers=_made)
    await use.restore(Reach(who, ROLES), appointment_id, body.reason, once=keyed)
    return answered(keyed.given)


@router.post("/{appointment_id}/rejection", summary="Отклонить запись от имени клиники")
async def reject(appointment_id: AppointmentId, use: Answer, who: Registrar, body: No) -> DayVisit:
    """The clinic's no to a pending visit (A10): it is off, and its time is for who is next."""
    return DayVisit.of(
        await use.reject(Reach(who, (Role.REGISTRAR,)), appointment_id, body.comment)
    )
