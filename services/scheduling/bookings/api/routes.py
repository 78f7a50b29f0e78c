"""A citizen's appointments, and the support desk's way to cancel one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from contracts.roles import Role
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import line, prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach
from services.chassis.http.once import LateOnceKey
from services.chassis.http.pages import Cursor
from services.chassis.http.rates import Rates
from services.scheduling.bookings.api.views import Appointments, AppointmentView
from services.scheduling.bookings.domain.appointment import (
    REPRESENTATIVE,
    Appointment,
    Canceller,
)
from services.scheduling.bookings.domain.details import Wish
from services.scheduling.bookings.domain.moving import Mover
from services.scheduling.bookings.domain.pending import Supplied
from services.scheduling.bookings.gateways import Proofs
from services.scheduling.bookings.usecases import Bookings, Pending, Rescheduling
from services.scheduling.bookings.views import DetailsIn
from services.scheduling.deps import (
    AdmittedCitizen,
    Body,
    Citizen,
    ConfirmedCitizen,
    Confirming,
    Limit,
    Registrar,
)
from services.scheduling.timetable.views import AlternativesView

router = APIRouter(prefix="/v1", tags=["Записи"])
Use = Annotated[Bookings, Depends(facility(Bookings))]
_DESK = (Role.SUPPORT, Role.REGISTRAR)
Waits = Annotated[Pending, Depends(facility(Pending))]
AppointmentId = Annotated[str, Path(max_length=64)]


class Book(DetailsIn, Confirming):
    """Which slot, and what the doctor should know before."""

    slot_id: str = Field(min_length=1, max_length=128, examples=["doctor-orlova-202611230500"])
    insurance: Annotated[str, Tidied(line, longest=200)] | None = Field(
        default=None, description="Программа, по которой платит страховая, кроме ОМС (A41)."
    )
    agreed_price_kopecks: int | None = Field(
        default=None, ge=0, description="Цена, с которой вы согласны, где полис не платит (A41)."
    )


class Transfer(Body):
    """To which slot."""

    slot_id: str = Field(min_length=1, max_length=128, examples=["doctor-orlova-202611240500"])


class Supply(Body):
    """What was missing: one's own files from documents, or the consent to the visit (A11)."""

    file_ids: list[Id] = Field(default=[], max_length=10)
    referral_id: Id | None = Field(default=None, description="Скан направления.")
    consent: bool = Field(default=False, description="Согласие на приём.")

    def supplied(self) -> Supplied:
        """As the use case takes it.

        Raises:
            InvalidInputError: nothing came.
        """
        found = Supplied(tuple(self.file_ids), self.referral_id, self.consent)
        if not found.needs:
            detail = "Приложите файлы, направление или согласие на приём."
            raise InvalidInputError([FieldError("/file_ids", "missing", detail)], detail)
        return found


class Acceptance(Body):
    """A word of the clinic to the patient."""

    comment: Annotated[str, Tidied(prose, longest=500)] | None = None


class Cancel(Body):
    """Why, in the citizen's own words; may be left out."""

    reason: Annotated[str, Tidied(prose, longest=500)] | None = None

    @property
    def note(self) -> str | None:
        """What was written, if anything was."""
        return self.reason or None


def _view(bookings: Bookings, found: Appointment) -> AppointmentView:
    return AppointmentView.of(found, bookings.rule, bookings.check_url(found.talon_number))


def wish_of(body: Book, who: Principal) -> Wish:
    """What is asked for, for whom and by whom."""
    return Wish(
        who.subject,
        body.slot_id,
        actor_id=who.actor,
        details=body.details,
        insurance=body.insurance or None,
        agreed_price_kopecks=body.agreed_price_kopecks,
    )


def _booked(found: Appointment) -> dict[str, str]:
    return {"Location": f"/v1/appointments/{found.id}"}


@router.post("/appointments", status_code=201, summary="Записаться", response_model=AppointmentView)
async def book(
    body: Book,
    bookings: Use,
    proofs: Annotated[Proofs, Depends(facility(Proofs))],
    who: ConfirmedCitizen,
    once: LateOnceKey,
) -> Response:
    """Book a free slot: one winner, everybody else gets `slot-taken` (409).

    For a slot of the kind `first` its reason and symptoms are asked for; what is missing is named
    at once, field by field (422). What the clinic asks beyond that leaves the visit `pending`.

    403 `confirmation-needed`: a code or a signature is asked for; `digest` and `form` say for what.
    409 `life-threatening`: symptoms with which nobody waits for an appointment; whom to call and
    where to go. 409 `price-not-agreed`: no policy pays there, and the price was not agreed to.
    429 `too-many-bookings`: so many a day, cancelled ones count; see `Retry-After`.
    """
    keyed = once.answering(lambda a: _view(bookings, a), headers=_booked)
    await bookings.triaged(body.said, body.slot_id)
    wish = await proofs.of(wish_of(body, who), body.evidence)
    await bookings.book(wish, once=keyed)
    return answered(keyed.given)


@router.get("/appointments", summary="Мои записи")
async def appointments(
    bookings: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20
) -> Appointments:
    """One's own appointments, latest visit first, cancelled ones too."""
    page = await bookings.of_citizen(who.subject, after=cursor, limit=limit)
    return Appointments(
        items=[_view(bookings, a) for a in page.items], next_cursor=page.next_cursor
    )


@router.get("/appointments/{appointment_id}", summary="Моя запись")
async def appointment(
    appointment_id: AppointmentId, bookings: Use, who: Citizen
) -> AppointmentView:
    """One of one's own appointments, with its history."""
    return _view(bookings, await bookings.one(who.subject, appointment_id))


@router.get("/appointments/{appointment_id}/alternatives", summary="К кому ещё можно записаться")
async def alternatives(
    appointment_id: AppointmentId, bookings: Use, who: Citizen
) -> AlternativesView:
    """Free time of other doctors of the specialty: the same clinic first, then the nearest (e27).

    From the day of the visit on; where there is none, `reason` says why.
    """
    return AlternativesView.of(await bookings.instead_of(who.subject, appointment_id))


@router.post("/appointments/{appointment_id}/cancellation", summary="Отменить запись")
async def cancel(
    appointment_id: AppointmentId, bookings: Use, who: Citizen, body: Cancel | None = None
) -> AppointmentView:
    """Cancel until 24 hours before the visit; later the answer is `cancel-too-late` (409)."""
    found = await bookings.cancel(
        appointment_id,
        by=Canceller.CITIZEN,
        citizen_id=who.subject,
        actor_id=who.actor,
        note=body.note if body else None,
    )
    return _view(bookings, found)


@router.post("/appointments/{appointment_id}/transfer", summary="Перенести запись")
async def transfer(
    appointment_id: AppointmentId,
    body: Transfer,
    bookings: Use,
    rescheduling: Annotated[Rescheduling, Depends(facility(Rescheduling))],
    who: ConfirmedCitizen,
) -> AppointmentView:
    """Take another time and let the old one go, in one step; until 24 hours before the visit.

    Where the new time is gone, the visit stays as it is (409 `slot-taken`, `slot-held`); who else
    has time is at `alternatives`. So it does where something has to be said first (409 `book-anew`:
    a confirmation, a price, a first visit's reason). The talon gets a new number, and the former
    one is void. The same request again changes nothing.
    """
    hands = REPRESENTATIVE if who.actor else Canceller.CITIZEN.value
    mover = Mover(Canceller.CITIZEN, hands, who.actor)
    found = await rescheduling.move(appointment_id, body.slot_id, mover, citizen_id=who.subject)
    return _view(bookings, found)


@router.post("/appointments/{appointment_id}/documents", summary="Передать недостающее")
async def supply(
    appointment_id: AppointmentId,
    body: Supply,
    *,
    bookings: Use,
    pending: Waits,
    rates: Annotated[Rates, Depends(facility(Rates))],
    who: AdmittedCitizen,
) -> AppointmentView:
    """Hand in what a pending visit needs (A11); files may be attached until any visit begins.

    Each change begins the 24 hours anew; with nothing missing the visit is confirmed at once. What
    brings nothing new changes nothing. 409 `too-much-supplied`: so many files, or so often.
    """
    rates.creation(who.hands)
    found = await pending.supply(who.subject, appointment_id, body.supplied(), actor_id=who.actor)
    return _view(bookings, found)


@router.post(
    "/desk/appointments/{appointment_id}/acceptance",
    summary="Подтвердить запись от имени клиники",
    tags=["Сотрудникам"],
)
async def accept(
    appointment_id: AppointmentId,
    bookings: Use,
    pending: Waits,
    who: Registrar,
    body: Acceptance | None = None,
) -> AppointmentView:
    """The clinic's word that a pending visit takes place, with a comment for the patient (A10)."""
    comment = body.comment or None if body else None
    found = await pending.agree(appointment_id, comment, Reach(who, (Role.REGISTRAR,)))
    return _view(bookings, found)


@router.post(
    "/desk/appointments/{appointment_id}/cancellation",
    summary="Отменить запись пациента",
    tags=["Сотрудникам"],
)
async def cancel_for(
    appointment_id: AppointmentId,
    bookings: Use,
    who: Annotated[Principal, Depends(admitted(*_DESK))],
    body: Cancel | None = None,
) -> AppointmentView:
    """For a patient who called, until the visit begins: support, or the clinic's desk (K8)."""
    found = await bookings.cancel(
        appointment_id,
        by=Canceller.SUPPORT if Role.SUPPORT in who.roles else Canceller.CLINIC,
        note=body.note if body else None,
        desk=Reach(who, _DESK),
    )
    return _view(bookings, found)
