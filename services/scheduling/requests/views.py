"""Requests as their citizens and desks see them."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.scheduling.bookings.views import DetailsView, OfferedView
from services.scheduling.known.domain import specialty_title
from services.scheduling.requests.domain import EndedBy, Outcome, Request, State

STATE_LABELS = {
    State.OPEN: "Регистратура ищет врача",
    State.OFFERED: "Для вас придержано время",
    State.ENDED: "Запрос закрыт",
}
ENDED_LABELS = {
    EndedBy.BOOKED: "Вы записаны",
    EndedBy.DECLINED: "Регистратура не нашла времени",
    EndedBy.WITHDRAWN: "Вы отозвали запрос",
    EndedBy.UNANSWERED: "Вы не ответили на предложение",
}


class RequestView(BaseModel):
    """A request as its citizen sees it."""

    id: str
    state: State
    state_label: str
    clinic_id: str
    specialty: str
    doctor_id: str | None
    same_day: bool
    until: date
    requested_at: datetime
    due_at: datetime = Field(description="The desk answers by then, or support takes over.")
    overdue: bool
    book_at_once: bool
    outcome: Outcome | None
    comment: str | None = Field(description="What the desk said.")
    held: OfferedView | None
    ended_by: EndedBy | None
    ended_label: str | None
    appointment_id: str | None

    @classmethod
    def of(cls, request: Request, now: datetime) -> RequestView:
        """As it is now."""
        return cls(
            id=request.id,
            state=request.state,
            state_label=STATE_LABELS[request.state],
            clinic_id=request.clinic_id,
            specialty=request.specialty,
            doctor_id=request.doctor_id,
            same_day=request.same_day,
            until=request.until,
            requested_at=request.requested_at,
            due_at=request.due_at,
            overdue=request.overdue(now),
            book_at_once=request.at_once,
            outcome=request.outcome,
            comment=request.comment,
            held=OfferedView.of(request.held, now) if request.held else None,
            ended_by=request.ended_by,
            ended_label=ENDED_LABELS[request.ended_by] if request.ended_by else None,
            appointment_id=request.visit_id,
        )


class RequestsView(BaseModel):
    """A page of the citizen's requests."""

    items: list[RequestView]
    next_cursor: str | None


class DeskRequestView(BaseModel):
    """A request in the desk's list: what is wanted and by when, not by whom."""

    id: str
    clinic_id: str
    specialty: str
    specialty_title: str
    doctor_id: str | None
    same_day: bool
    until: date
    requested_at: datetime
    due_at: datetime
    seconds_left: int = Field(description="To `due_at`; negative: overdue.")
    escalated_at: datetime | None

    @classmethod
    def of(cls, request: Request, now: datetime) -> DeskRequestView:
        """As it is now."""
        return cls(
            id=request.id,
            clinic_id=request.clinic_id,
            specialty=request.specialty,
            specialty_title=specialty_title(request.specialty),
            doctor_id=request.doctor_id,
            same_day=request.same_day,
            until=request.until,
            requested_at=request.requested_at,
            due_at=request.due_at,
            seconds_left=int((request.due_at - now).total_seconds()),
            escalated_at=request.escalated_at,
        )


class DeskRequestsView(BaseModel):
    """What waits for an answer, the most urgent first."""

    items: list[DeskRequestView]
    next_cursor: str | None


class OpenedRequestView(BaseModel):
    """One request with whose it is and what they said; the look is in their journal."""

    request: RequestView
    citizen_id: str
    patient_name: str
    details: DetailsView

    @classmethod
    def of(cls, request: Request, name: str, now: datetime) -> OpenedRequestView:
        """As it is now."""
        return cls(
            request=RequestView.of(request, now),
            citizen_id=request.citizen_id,
            patient_name=name,
            details=DetailsView.model_validate(request.details),
        )
