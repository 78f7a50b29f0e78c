"""What is shown of an application to its citizen and its doctor. Words for people are Russian."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.classes import REASONS, class_of
from services.certificates.applications.domain.states import (
    CITIZEN_ACTIONS,
    STATE_LABELS,
    State,
)
from services.certificates.applications.domain.succession import REAPPLY
from services.certificates.applications.domain.turns import Whose
from services.certificates.applications.views import papers
from services.certificates.applications.views.course import (
    ConfirmationView,
    DecisionView,
    HistoryView,
    LinkView,
    MadeView,
    VisitView,
)
from services.certificates.applications.views.examinations import ExaminationView, doctor_actions
from services.certificates.applications.views.papers import AttachmentView, MissingView
from services.certificates.applications.views.turns import EscalationView, ReasonView, TurnView
from services.certificates.bills.domain.bill import Bill
from services.certificates.bills.views import BillView
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import unprintable_errors
from services.certificates.catalogue.domain.parts import SLA_LABELS, Delivery, SlaClass
from services.chassis.foundation.errors import FieldError


class ProblemView(BaseModel):
    """What is still to be mended."""

    pointer: str
    code: str
    detail: str

    @classmethod
    def of(cls, error: FieldError) -> Self:
        """From the domain."""
        return cls(pointer=error.pointer, code=error.code, detail=error.detail)


class ApplicationView(BaseModel):
    """An application as its citizen sees it, and the doctor who has it.

    `deadline_at` does not count while `paused_at` is set. `problems` is what keeps a draft from
    being submitted; for the doctor, what cannot be printed: ask for its correction. Once there are
    none, `digest` is what an act of signing has to be for. `revision` is the ETag's value, to be
    sent as `If-Match`.
    """

    id: str
    type: str
    title: str
    state: State
    state_label: str
    revision: int
    created_at: datetime
    tracking_number: str | None = Field(examples=["4829-1730-5584"])
    fields: dict[str, str]
    attachments: list[AttachmentView]
    delivery: Delivery
    clinic_id: str | None = Field(description="Кто решает и выдаёт.", examples=["clinic-1"])
    clinic_name: str | None
    sla_class: SlaClass = Field(description="Класс срока; у черновика – с каким он был бы подан.")
    sla_label: str
    sla_term: str = Field(examples=["3 раб. дн."])
    sla_reasons: list[ReasonView] = Field(description="Почему такой класс срока (C16).")
    express: bool
    express_kopecks: int | None = Field(description="Цена ускорения; null – его нет.")
    deadline_at: datetime | None
    paused_at: datetime | None
    missing: list[MissingView]
    corrections: list[MissingView]
    comment: str | None
    fee_kopecks: int
    exemption: str | None = Field(description="Льготная категория, по которой платы нет (d8).")
    bill: BillView | None = Field(description="Последний счёт; оплаченный служит квитанцией.")
    paid_at: datetime | None
    postal_number: str | None
    consent_version: str | None
    consent_at: datetime | None
    digest: str | None
    confirmation: ConfirmationView | None
    visit: VisitView | None
    visit_sought_at: datetime | None = Field(
        description="С какого времени ни у одного врача нет времени для видеоконсультации."
    )
    decision: DecisionView | None
    certificate: MadeView | None
    claimed_until: datetime | None
    receipt: str | None = Field(
        description="Квитанция о регистрации, когда она подписана (C13); её файл: "
        "`POST /api/documents/v1/documents/{id}/links`.",
        examples=["doc-7"],
    )
    follows: LinkView | None = Field(description="Первое заявление, которое это повторяет (C46).")
    followed_by: LinkView | None = Field(description="Повторное заявление.")
    prepared_by: str | None = Field(description="Организация, которая подготовила черновик (C48).")
    problems: list[ProblemView]
    examinations: list[ExaminationView]
    actions: list[str] = Field(examples=[["edit", "submit", "withdraw"]])
    history: list[HistoryView]
    turn: TurnView | None = Field(description="У кого заявление; гражданину – всегда.")
    escalation: EscalationView | None = Field(description="Что сделано после нарушенного срока.")


def citizens_view(
    application: Application,
    kind: CertificateType,
    *,
    whose: Whose,
    problems: list[FieldError] | None = None,
    digest: str | None = None,
    again: bool = False,
    bill: Bill | None = None,
) -> ApplicationView:
    """With what keeps a draft from being submitted, else its digest, and what can be done.

    `whose` says whose turn it is. `again`: another application may take its place (C46).
    """
    actions = [*CITIZEN_ACTIONS.get(application.state, []), *([REAPPLY] if again else [])]
    return _view(application, kind, problems or [], actions, digest, bill=bill, whose=whose)


def doctors_view(application: Application, kind: CertificateType) -> ApplicationView:
    """With what cannot be printed, and what the doctor can do."""
    problems = unprintable_errors(kind.fields, application.values, prefix="/fields")
    return _view(application, kind, problems, doctor_actions(application, kind))


def _view(
    application: Application,
    kind: CertificateType,
    problems: list[FieldError],
    actions: list[str],
    digest: str | None = None,
    *,
    bill: Bill | None = None,
    whose: Whose | None = None,
) -> ApplicationView:
    filed, made = application.filed, application.certificate
    clinic, prepared = application.clinic, application.prepared_by
    clock = filed.clock if filed else None
    sla, reasons = (clock.sla, clock.reasons) if clock else class_of(application, kind)
    return ApplicationView(
        id=application.id,
        type=kind.code,
        title=kind.title,
        state=application.state,
        state_label=STATE_LABELS[application.state],
        revision=application.revision,
        created_at=application.created_at,
        tracking_number=filed.tracking_number if filed else None,
        fields=dict(application.values),
        attachments=[AttachmentView.of(a, kind) for a in application.attachments],
        delivery=application.delivery,
        clinic_id=clinic.id if clinic else None,
        clinic_name=clinic.name if clinic else None,
        sla_class=sla,
        sla_label=SLA_LABELS[sla],
        sla_term=kind.term(sla, application.values).label,
        sla_reasons=[ReasonView(code=code, detail=REASONS[code]) for code in reasons],
        express=application.express,
        express_kopecks=kind.express_kopecks,
        deadline_at=clock.deadline_at if clock else None,
        paused_at=clock.paused_at if clock else None,
        missing=papers.missing(application, kind),
        corrections=papers.corrections(application, kind),
        comment=application.request.comment if application.request else None,
        fee_kopecks=application.due_kopecks
        if filed
        else kind.due(express=application.express, exemption=application.exemption),
        exemption=application.exemption,
        bill=BillView.of(bill) if bill else None,
        paid_at=application.paid_at,
        postal_number=application.postal_number,
        consent_version=filed.consent.version if filed else None,
        consent_at=filed.consent.at if filed else None,
        digest=digest,
        confirmation=ConfirmationView.of(filed.confirmation)
        if filed and filed.confirmation
        else None,
        visit=VisitView.of(application.visit) if application.visit else None,
        visit_sought_at=application.visit_sought_at,
        decision=DecisionView.of(application.decision) if application.decision else None,
        certificate=MadeView.of(made) if made else None,
        claimed_until=application.claim.until if application.claim else None,
        receipt=application.receipt_id,
        follows=LinkView.of(application.follows),
        followed_by=LinkView.of(application.followed_by),
        prepared_by=prepared.organisation_name if prepared else None,
        problems=[ProblemView.of(error) for error in problems],
        examinations=[ExaminationView.of(e, application) for e in kind.examinations],
        actions=actions,
        history=[HistoryView.of(entry) for entry in application.history],
        turn=TurnView.of(whose) if whose else None,
        escalation=EscalationView.of(application.escalation) if application.escalation else None,
    )
