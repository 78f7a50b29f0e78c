"""What is sent to the doctor's routes, and what they answer beside the application."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import Body as RequestBody
from pydantic import BaseModel, Field

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import Written
from services.certificates.catalogue.domain.parts import SlaClass
from services.certificates.deps import NO_NAMES, Body
from services.certificates.reviews.domain.requests import Order, Wanted
from services.chassis.foundation.text import line, prose
from services.chassis.foundation.typed import Id, Tidied

_EXAMPLE = {"exam_date": "2026-11-20", "conclusion": "Годна к обучению."}
Findings = Annotated[
    dict[Id, Written],
    RequestBody(
        description="The type's `doctor_fields` by name; dates as YYYY-MM-DD.",
        max_length=100,
        examples=[_EXAMPLE],
    ),
]
Approval = Annotated[
    dict[Id, Written],
    RequestBody(
        description="The same, and `act`: the doctor's act of signing exactly this, or of a signing"
        " session; `POST /api/identity/v1/acts` gives one.",
        max_length=101,
        examples=[_EXAMPLE | {"act": "eyJhbGciOiJFUzI1NiJ9.…"}],
    ),
]
_Title = Annotated[str, Tidied(line, longest=150, shortest=3, printed=True)]
_Said = Annotated[str, Tidied(prose, longest=1000)]


class OrderedIn(Body):
    """An examination beside the list of the type, and what the citizen has to know of it (C21)."""

    title: _Title = Field(examples=["Рентгенография органов грудной клетки"])
    comment: _Said | None = Field(default=None, examples=["В прямой проекции, не старше месяца."])


class DocumentRequestIn(Body):
    """Codes of requirements, names of fields to correct, and what to tell the citizen.

    `examinations` are ordered beside the list; the citizen reads what they are, and no event tells.
    """

    missing: list[Id] = Field(default=[], max_length=50, examples=[["ecg"]])
    corrections: list[Id] = Field(default=[], max_length=100, examples=[["workplace"]])
    examinations: list[OrderedIn] = Field(default=[], max_length=10)
    comment: _Said | None = Field(default=None, description=NO_NAMES)

    def wanted(self) -> Wanted:
        """As the domain takes it."""
        ordered = [Order(one.title, one.comment) for one in self.examinations]
        return Wanted(self.missing, self.corrections, self.comment, ordered)


class ExemptionRejectionIn(Body):
    """Why the proof shows no exemption."""

    reason: Annotated[str, Tidied(prose, longest=1000, shortest=3)] = Field(description=NO_NAMES)


class ResultIn(Body):
    """A file that the doctor uploaded with the purpose `result`, and what it is the result of.

    Of a requirement of the type, of an examination that was ordered, or of one that `title` names.
    """

    file_id: Id = Field(examples=["5f1c…"])
    requirement: Id | None = Field(default=None, examples=["ecg"])
    title: _Title | None = Field(default=None, examples=["Электрокардиография"])


class FindingIn(Body):
    """What a specialist found at one of the type's examinations, by the names of its fields."""

    examination: Id = Field(examples=["surgeon"])
    fields: dict[Id, Written] = Field(max_length=100, examples=[{"surgeon": "Здорова"}])


class PreviewView(BaseModel):
    """A preview that was asked for, and what an act of signing it is for."""

    preview_id: str
    digest: str = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )


class Refusal(Body):
    """A concrete reason: one of the type's codes, and the text for the citizen (d6)."""

    reason_code: Id = Field(examples=["tests-outdated"])
    reason: _Said = Field(description=NO_NAMES)


class QueueItem(BaseModel):
    """An application in the doctor's list: nothing about the person before it is claimed."""

    application_id: str
    tracking_number: str
    type: str
    title: str
    state: State
    sla_class: SlaClass
    deadline_at: datetime
    clinic_id: str | None
    clinic_name: str | None = Field(description="Врач может работать в нескольких клиниках.")
    claimed_until: datetime | None
    examinations: list[str] = Field(
        description="Осмотры, которых ещё нет; без них – ждёт решения.", examples=[["Хирург"]]
    )

    @classmethod
    def of(cls, application: Application, kind: CertificateType) -> Self:
        """From the domain."""
        filed, clinic = application.registered, application.clinic
        return cls(
            application_id=application.id,
            tracking_number=filed.tracking_number,
            type=kind.code,
            title=kind.title,
            state=application.state,
            sla_class=filed.clock.sla,
            deadline_at=filed.clock.deadline_at,
            clinic_id=clinic.id if clinic else None,
            clinic_name=clinic.name if clinic else None,
            claimed_until=application.claim.until if application.claim else None,
            examinations=[e.title for e in application.unexamined(kind)],
        )


class CountsView(BaseModel):
    """How many applications wait for this doctor, are late among them, and are on the desk."""

    waiting: int
    late: int
    mine: int


class QueuePage(BaseModel):
    """A page of the doctor's list."""

    items: list[QueueItem]
    next_cursor: str | None
