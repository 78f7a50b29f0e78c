"""The doctor's routes: the queue, the desk, the decision."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from fastapi import Body as RequestBody
from pydantic import BaseModel, Field

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.applications.views.application import ApplicationView
from services.certificates.catalogue.domain.catalogue import ACT, CertificateType, SlaClass
from services.certificates.catalogue.domain.forms import Written
from services.certificates.deps import NO_NAMES, Body, Doctor, Limit
from services.certificates.reviews.usecases.approvals import Approvals
from services.certificates.reviews.usecases.decisions import Decisions
from services.certificates.reviews.usecases.examinations import Examinations
from services.certificates.reviews.usecases.queue import Reviews
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.etags import etag
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1", tags=["Рассмотрение врачом"])
Use = Annotated[Reviews, Depends(facility(Reviews))]
Approve = Annotated[Approvals, Depends(facility(Approvals))]
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
Decide = Annotated[Decisions, Depends(facility(Decisions))]
Examine = Annotated[Examinations, Depends(facility(Examinations))]


class DocumentRequestIn(Body):
    """Codes of requirements, names of fields to correct, and what to tell the citizen."""

    missing: list[Id] = Field(default=[], max_length=50, examples=[["ecg"]])
    corrections: list[Id] = Field(default=[], max_length=100, examples=[["workplace"]])
    comment: Annotated[str, Tidied(prose, longest=1000)] | None = Field(
        default=None, description=NO_NAMES
    )


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
    reason: Annotated[str, Tidied(prose, longest=1000)] = Field(description=NO_NAMES)


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


class QueuePage(BaseModel):
    """A page of the doctor's list."""

    items: list[QueueItem]
    next_cursor: str | None


class Shelf(StrEnum):
    """Which list of the doctor."""

    WAITING = "waiting"
    MINE = "mine"


async def _view(application: Application, use: Reviews, response: Response) -> ApplicationView:
    response.headers["ETag"] = etag(application.revision)
    return await use.view(application)


@router.get("/reviews", summary="Очередь заявлений")
async def queue(
    *,
    who: Doctor,
    use: Use,
    state: Shelf = Shelf.WAITING,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> QueuePage:
    """What waits for a doctor or is on this doctor's desk; the nearest deadline first."""
    if state is Shelf.WAITING:
        page = await use.waiting(who.subject, after=cursor, limit=limit)
    else:
        page = await use.mine(who.subject, after=cursor, limit=limit)
    items = [QueueItem.of(one, await use.kind_of(one)) for one in page.items]
    return QueuePage(items=items, next_cursor=page.next_cursor)


@router.get("/reviews/{application_id}", summary="Заявление в работе")
async def one_review(
    *,
    who: Doctor,
    application_id: Id,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Everything about it, for the doctor who claimed or decided it."""
    return await _view(await use.one(who.subject, application_id), use, response)


@router.post("/reviews/{application_id}/claim", summary="Взять в работу")
async def claim(
    *,
    who: Doctor,
    application_id: Id,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Exclusive: of two doctors one gets it (C20). It goes back to the queue by itself in time."""
    return await _view(await use.claim(who.subject, application_id), use, response)


@router.post("/reviews/{application_id}/release", summary="Вернуть в очередь")
async def release(
    *,
    who: Doctor,
    application_id: Id,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Somebody else may take it."""
    return await _view(await use.release(who.subject, application_id), use, response)


@router.post("/reviews/{application_id}/findings", summary="Записать результаты осмотра")
async def find(
    *,
    who: Doctor,
    application_id: Id,
    body: FindingIn,
    examine: Examine,
    use: Use,
    response: Response,
) -> ApplicationView:
    """New or corrected, by the doctor who has it, of that examination's specialty (C21).

    Then it goes back to the queue for whoever is still missing, or stays where this doctor can go
    on.
    """
    examined = await examine.examine(who.subject, application_id, body.examination, body.fields)
    return await _view(examined, use, response)


@router.post("/reviews/{application_id}/preview", summary="Посмотреть справку до подписания")
async def preview(
    *,
    who: Doctor,
    application_id: Id,
    body: Findings,
    approvals: Approve,
) -> PreviewView:
    """The file without signatures is at documents under `preview_id`, in a moment (K5).

    `digest` is what the act of signing has to be for.
    """
    seen = await approvals.preview(who.subject, application_id, body)
    return PreviewView(preview_id=seen.preview_id, digest=seen.digest)


@router.post("/reviews/{application_id}/approval", summary="Одобрить выдачу")
async def approve(
    *,
    who: Doctor,
    application_id: Id,
    body: Approval,
    approvals: Approve,
    use: Use,
    response: Response,
) -> ApplicationView:
    """The certificate gets its number and goes to be signed and sealed.

    403 `signing-act-required` without `act`: its member `digest` says what the act has to be for.
    """
    values = {name: value for name, value in body.items() if name != ACT}
    approved = await approvals.approve(who.subject, application_id, values, body.get(ACT))
    return await _view(approved, use, response)


@router.post("/reviews/{application_id}/refusal", summary="Отказать")
async def refuse(
    *,
    who: Doctor,
    application_id: Id,
    body: Refusal,
    decide: Decide,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Always with a concrete reason (d6)."""
    refused = await decide.refuse(who.subject, application_id, body.reason_code, body.reason)
    return await _view(refused, use, response)


@router.post(
    "/reviews/{application_id}/document-request", summary="Запросить документы или исправления"
)
async def request_documents(
    *,
    who: Doctor,
    application_id: Id,
    body: DocumentRequestIn,
    decide: Decide,
    use: Use,
    response: Response,
) -> ApplicationView:
    """The deadline pauses; once supplied, the application is in the queue again."""
    asked = await decide.ask(
        who.subject, application_id, body.missing, body.corrections, body.comment
    )
    return await _view(asked, use, response)
