"""«Запросить врача» and «врач в тот же день» over HTTP (A19, A21)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from services.chassis.foundation.dates import Day, today
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.facilities import facility
from services.chassis.http.looks import only
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.scheduling.bookings.views import Accept, DetailsIn
from services.scheduling.deps import AdmittedCitizen, Body, Citizen, Limit
from services.scheduling.requests.domain import Request
from services.scheduling.requests.usecases import Asking
from services.scheduling.requests.views import RequestsView, RequestView
from services.scheduling.triage.actions import Triage

router = APIRouter(prefix="/v1/requests", tags=["Запросить врача"])
Use = Annotated[Asking, Depends(facility(Asking))]
Asks = Annotated[Triage, Depends(facility(Triage))]
RequestId = Annotated[str, Path(max_length=64)]
Code = Annotated[str | None, Field(max_length=64)]


class Ask(Body):
    """Whom, where, and by when."""

    clinic_id: Id
    specialty: Code = Field(default=None, examples=["cardiologist"])
    doctor_id: Id | None = None
    same_day: bool = Field(default=False, description="«Врач в тот же день»: needs symptoms.")
    until: Day | None = Field(default=None, description="The last day that helps; not same-day.")
    details: DetailsIn = Field(default=DetailsIn(), description="As in a booking.")
    book_at_once: bool = Field(
        default=False, description="Book what the desk finds without asking me again."
    )

    def of(self, who: Principal, request_id: str, now: datetime) -> Request:
        """The request, its clock not set yet.

        Raises:
            InvalidInputError: both or neither of specialty and doctor, or no last day.
        """
        only(specialty=self.specialty, doctor_id=self.doctor_id)
        if not self.same_day and self.until is None:
            detail = "Укажите последний день, который вам подходит."
            raise InvalidInputError([FieldError("/until", "missing", detail)], detail)
        return Request(
            request_id,
            who.subject,
            self.clinic_id,
            self.specialty or "",
            self.same_day,
            self.until or today(now),
            now,
            now,
            doctor_id=self.doctor_id,
            details=self.details.details,
            at_once=self.book_at_once,
            actor_id=who.actor,
        )


def _at(request: Request) -> dict[str, str]:
    return {"Location": f"/v1/requests/{request.id}"}


@router.post("", status_code=201, summary="Запросить врача", response_model=RequestView)
async def ask(
    body: Ask, asking: Use, triage: Asks, who: AdmittedCitizen, once: OnceKey
) -> Response:
    """Where nothing is free, the clinic's desk finds time by `due_at`, or support takes over.

    409 `there-is-time`: there is time to be booked. With a red flag nothing is asked for: 103.
    """
    now = asking.deps.now()
    keyed = once.answering(lambda r: RequestView.of(r, now), headers=_at)
    await triage.check(body.details.said, clinic_id=body.clinic_id, pointer="/details")
    await asking.ask(body.of(who, asking.deps.new_id(), now), once=keyed)
    return answered(keyed.given)


@router.get("", summary="Мои запросы")
async def requests(
    asking: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20
) -> RequestsView:
    """One's own, the latest first, with what is held and for how long yet."""
    page, now = (
        await asking.of_citizen(who.subject, after=cursor, limit=limit),
        asking.deps.now(),
    )
    items = [RequestView.of(request, now) for request in page.items]
    return RequestsView(items=items, next_cursor=page.next_cursor)


@router.get("/{request_id}", summary="Мой запрос")
async def request(request_id: RequestId, asking: Use, who: Citizen) -> RequestView:
    """One of one's own."""
    return RequestView.of(await asking.one(who.subject, request_id), asking.deps.now())


@router.post("/{request_id}/withdrawal", summary="Отозвать запрос")
async def withdraw(request_id: RequestId, asking: Use, who: Citizen) -> RequestView:
    """Ask no more; what is held goes to the next in line."""
    return RequestView.of(await asking.withdraw(who.subject, request_id), asking.deps.now())


@router.post(
    "/{request_id}/acceptance",
    status_code=201,
    summary="Согласиться на найденное время",
    response_model=RequestView,
)
async def accept(
    request_id: RequestId,
    asking: Use,
    who: AdmittedCitizen,
    once: OnceKey,
    *,
    triage: Asks,
    body: Accept | None = None,
) -> Response:
    """Book the slot that is held: `appointment_id` is the visit. As `POST /v1/appointments`.

    A refused yes leaves the slot held, while it lasts.
    """
    now = asking.deps.now()
    keyed = once.answering(
        lambda r: RequestView.of(r, now),
        headers=lambda r: {"Location": f"/v1/appointments/{r.visit_id}"},
    )
    said = body or Accept()
    await triage.check(said.said, pointer="/details")
    await asking.accept(who.subject, request_id, said.yes(who.actor), once=keyed)
    return answered(keyed.given)
