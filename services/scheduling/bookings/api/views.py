"""What answers about appointments look like. Times are on the clinic's clock."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from services.scheduling.bookings.domain.appointment import (
    STATUS_LABELS,
    Appointment,
    Status,
    Step,
    TalonState,
)
from services.scheduling.bookings.domain.booking import CancelRule
from services.scheduling.bookings.domain.details import NEED_LABELS, Need
from services.scheduling.bookings.views import DetailsView
from services.scheduling.deps import VisitView

TALON_LABELS = {
    TalonState.PREPARING: "Талон готовится",
    TalonState.ISSUED: "Талон готов",
    TalonState.FAILED: "Талон не удалось подписать; в регистратуре достаточно номера",
    TalonState.VOID: "Недействителен",
}
STEP_LABELS = {
    Step.BOOKED: "Запись создана",
    Step.ACCEPTED: "Клиника внесла запись в своё расписание",
    Step.TALON_ISSUED: "Талон подписан",
    Step.TALON_FAILED: "Талон не удалось подписать",
    Step.SUPPLIED: "Переданы недостающие данные",
    Step.CONFIRMED: "Запись подтверждена",
    Step.STALLED: "Запись ждёт больше суток; обратитесь в поддержку",
    Step.CAME: "Пациент отметился в клинике",
    Step.ATTENDED: "Приём состоялся",
    Step.MISSED: "Пациент не пришёл",
    Step.COMMENTED: "Клиника оставила примечание",
    Step.STRUCK: "Отметка о неявке снята",
    Step.MOVED: "Запись перенесена",
    Step.CANCELLED: "Запись отменена",
}


class NeedView(BaseModel):
    """What a pending visit waits for (A11)."""

    code: Need
    label: str


class SupportView(BaseModel):
    """Whom to turn to when nothing has moved for a day (A12)."""

    hotline: str
    since: datetime
    detail: str


class TalonView(BaseModel):
    """The talon of an appointment (A6)."""

    number: str = Field(examples=["1234-5678-9018"])
    state: TalonState
    label: str
    document_id: str | None = Field(description="The sealed PDF, in documents.")
    check_url: str
    failure: str | None
    retriable: bool = Field(description="Sealing failed and may be asked for again.")


class HistoryEntry(BaseModel):
    """What happened, when, by whom."""

    at: datetime
    step: Step
    label: str
    by: str
    note: str | None
    actor_id: str | None = Field(description="Учётная запись представителя, если действовал он.")


class AppointmentView(BaseModel):
    """An appointment as its citizen sees it (A10)."""

    id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    status: Status
    status_label: str
    visit: VisitView
    talon: TalonView
    details: DetailsView
    needs: list[NeedView] = Field(description="What is missing yet, of a pending visit (A11).")
    support: SupportView | None = Field(description="Not null: it waits for too long (A12).")
    price_kopecks: int | None = Field(description="The price that was named; null: none was (A41).")
    clinic_comment: str | None
    booked_at: datetime
    cancel_until: datetime | None = Field(description="The last moment of self-service (A13).")
    cancelled_at: datetime | None
    history: list[HistoryEntry]

    @classmethod
    def of(cls, found: Appointment, rule: CancelRule, check_url: str) -> AppointmentView:
        """On the clinic's clock."""
        local = found.visit.local
        return cls(
            id=found.id,
            slot_id=found.slot_id,
            doctor_id=found.doctor_id,
            clinic_id=found.clinic_id,
            status=found.status,
            status_label=STATUS_LABELS[found.status],
            visit=VisitView.model_validate(found.visit.on_clinic_clock),
            talon=TalonView(
                number=found.talon_number,
                state=found.talon,
                label=TALON_LABELS[found.talon],
                document_id=found.document_id,
                check_url=check_url,
                failure=found.talon_failure,
                retriable=found.talon is TalonState.FAILED,
            ),
            details=DetailsView.model_validate(found.details),
            needs=[NeedView(code=need, label=NEED_LABELS[need]) for need in found.needs],
            support=_support(found, rule),
            price_kopecks=found.price_kopecks,
            clinic_comment=found.clinic_comment,
            booked_at=local(found.booked_at),
            cancel_until=None if found.cancelled else local(rule.until(found.visit)),
            cancelled_at=local(found.cancelled.at) if found.cancelled else None,
            history=[
                HistoryEntry(
                    at=local(e.at),
                    step=e.step,
                    label=STEP_LABELS[e.step],
                    by=e.by,
                    note=e.note,
                    actor_id=e.actor_id,
                )
                for e in found.history
            ],
        )


def _support(found: Appointment, rule: CancelRule) -> SupportView | None:
    since = found.stalled_since
    if since is None:
        return None
    detail = (
        f"Запись ждёт дольше суток. Позвоните в службу поддержки: {rule.hotline} (круглосуточно, "
        "звонок бесплатный), назовите номер талона."
    )
    return SupportView(hotline=rule.hotline, since=found.visit.local(since), detail=detail)


class Appointments(BaseModel):
    """A page of the citizen's appointments."""

    items: list[AppointmentView]
    next_cursor: str | None
