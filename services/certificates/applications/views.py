"""What is shown of an application to its citizen and its doctor. Words for people are Russian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain import drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import (
    ACTOR_LABELS,
    CITIZEN_ACTIONS,
    DOCTOR_ACTIONS,
    MOVE_LABELS,
    STATE_LABELS,
    Actor,
    Move,
    State,
)
from services.certificates.catalogue.domain.catalogue import (
    SLA_LABELS,
    CertificateType,
    Delivery,
    SlaClass,
)
from services.certificates.catalogue.domain.forms import unprintable_errors
from services.certificates.known.domain.clinics import ClinicFlaw
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


class HistoryView(BaseModel):
    """One line of the history (C14)."""

    at: datetime
    who: Actor
    who_label: str
    actor_id: str | None = Field(description="Учётная запись представителя, если действовал он.")
    move: Move
    label: str
    source: State = Field(serialization_alias="from")
    target: State = Field(serialization_alias="to")
    reason: str | None


class AttachmentView(BaseModel):
    """A file that was given."""

    requirement: str
    title: str
    file_id: str
    media_type: str
    size: int
    dpi: int | None
    lengthens_term: bool = Field(
        description="The scan is hard to read, so the check takes the longer term (e3)."
    )


class MissingView(BaseModel):
    """A document that the citizen is asked for, or a field to correct."""

    code: str
    title: str


class DecisionView(BaseModel):
    """Who decided, when, and for a refusal why (e13)."""

    at: datetime
    doctor: str
    position: str | None
    reason_code: str | None
    reason: str | None


class MadeView(BaseModel):
    """The certificate that came of it."""

    id: str
    number: str


class ApplicationView(BaseModel):
    """An application as its citizen sees it, and the doctor who has it.

    `deadline_at` does not count while `paused_at` is set. `problems` is what keeps a draft from
    being submitted; for the doctor, what cannot be printed: ask for its correction. `revision` is
    the ETag's value, to be sent as `If-Match`.
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
    sla_class: SlaClass | None
    sla_label: str | None
    deadline_at: datetime | None
    paused_at: datetime | None
    missing: list[MissingView]
    corrections: list[MissingView]
    comment: str | None
    fee_kopecks: int
    paid_at: datetime | None
    postal_number: str | None
    consent_version: str | None
    consent_at: datetime | None
    decision: DecisionView | None
    certificate: MadeView | None
    claimed_until: datetime | None
    problems: list[ProblemView]
    actions: list[str] = Field(examples=[["edit", "submit", "withdraw"]])
    history: list[HistoryView]


def _attachments(application: Application, kind: CertificateType) -> list[AttachmentView]:
    titles = {r.code: r.title for r in kind.requirements}
    return [
        AttachmentView(
            requirement=a.requirement,
            title=titles.get(a.requirement, a.requirement),
            file_id=a.file_id,
            media_type=a.media_type,
            size=a.size,
            dpi=a.dpi,
            lengthens_term=kind.lengthens(a.dpi),
        )
        for a in application.attachments
    ]


def _missing(application: Application, kind: CertificateType) -> list[MissingView]:
    asked = application.request.missing if application.request else ()
    return [MissingView(code=r.code, title=r.title) for r in kind.requirements if r.code in asked]


def _corrections(application: Application, kind: CertificateType) -> list[MissingView]:
    asked = application.request.corrections if application.request else ()
    return [MissingView(code=f.name, title=f.label) for f in kind.fields if f.name in asked]


def _decision(application: Application) -> DecisionView | None:
    decision = application.decision
    if decision is None:
        return None
    return DecisionView(
        at=decision.at,
        doctor=decision.doctor_name,
        position=decision.doctor_position,
        reason_code=decision.reason_code,
        reason=decision.reason,
    )


def _history(application: Application) -> list[HistoryView]:
    return [
        HistoryView(
            at=e.at,
            who=e.actor,
            who_label=ACTOR_LABELS[e.actor],
            actor_id=e.actor_id if e.actor is Actor.REPRESENTATIVE else None,
            move=e.move,
            label=MOVE_LABELS[e.move],
            source=e.source,
            target=e.target,
            reason=e.reason,
        )
        for e in application.history
    ]


def citizens_view(
    application: Application, kind: CertificateType, *, today: date, flaw: ClinicFlaw | None
) -> ApplicationView:
    """With what keeps a draft from being submitted, and what can be done; `flaw`: its clinic's."""
    draft = application.state is State.DRAFT
    problems = drafts.problems(application, kind, today=today, flaw=flaw) if draft else []
    return _view(application, kind, problems, CITIZEN_ACTIONS)


def doctors_view(application: Application, kind: CertificateType) -> ApplicationView:
    """With what cannot be printed, and what the doctor can do."""
    problems = unprintable_errors(kind.fields, application.values, prefix="/fields")
    return _view(application, kind, problems, DOCTOR_ACTIONS)


def _view(
    application: Application,
    kind: CertificateType,
    problems: list[FieldError],
    actions: Mapping[State, list[str]],
) -> ApplicationView:
    filed, made = application.filed, application.certificate
    clinic = application.clinic
    clock = filed.clock if filed else None
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
        attachments=_attachments(application, kind),
        delivery=application.delivery,
        clinic_id=clinic.id if clinic else None,
        clinic_name=clinic.name if clinic else None,
        sla_class=clock.sla if clock else None,
        sla_label=SLA_LABELS[clock.sla] if clock else None,
        deadline_at=clock.deadline_at if clock else None,
        paused_at=clock.paused_at if clock else None,
        missing=_missing(application, kind),
        corrections=_corrections(application, kind),
        comment=application.request.comment if application.request else None,
        fee_kopecks=application.due_kopecks
        if filed
        else kind.due(express=application.express, exemption=application.exemption),
        paid_at=application.paid_at,
        postal_number=application.postal_number,
        consent_version=filed.consent.version if filed else None,
        consent_at=filed.consent.at if filed else None,
        decision=_decision(application),
        certificate=MadeView(id=made.certificate_id, number=made.number) if made else None,
        claimed_until=application.claim.until if application.claim else None,
        problems=[ProblemView.of(error) for error in problems],
        actions=actions.get(application.state, []),
        history=_history(application),
    )
