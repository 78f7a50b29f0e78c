"""The doctor's routes: the queue, the desk, the decision."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.certificates.applications.domain.application import Application
from services.certificates.applications.views.application import ApplicationView
from services.certificates.catalogue.domain.catalogue import ACT
from services.certificates.deps import Doctor, Limit
from services.certificates.reviews.api.bodies import (
    Approval,
    CountsView,
    DocumentRequestIn,
    ExemptionRejectionIn,
    FindingIn,
    Findings,
    PreviewView,
    QueueItem,
    QueuePage,
    Refusal,
    ResultIn,
)
from services.certificates.reviews.usecases.approvals import Approvals
from services.certificates.reviews.usecases.decisions import Decisions
from services.certificates.reviews.usecases.examinations import Examinations
from services.certificates.reviews.usecases.queue import Reviews
from services.certificates.reviews.usecases.results import Results
from services.chassis.foundation.typed import Id
from services.chassis.http.etags import etag
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1", tags=["Рассмотрение врачом"])
Use = Annotated[Reviews, Depends(facility(Reviews))]
Approve = Annotated[Approvals, Depends(facility(Approvals))]
Decide = Annotated[Decisions, Depends(facility(Decisions))]
Examine = Annotated[Examinations, Depends(facility(Examinations))]
Attach = Annotated[Results, Depends(facility(Results))]


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
    kind: Annotated[Id | None, Query(alias="type", description="Только такие справки.")] = None,
    specialty: Annotated[
        Id | None, Query(description="Только то, что ждёт этой из ваших специальностей.")
    ] = None,
    late: Annotated[bool, Query(description="Только просроченные.")] = False,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> QueuePage:
    """What waits for a doctor or is on this doctor's desk: what is late first, then by deadline."""
    wish = use.wish(kind, specialty, late=late)
    shelf = use.waiting if state is Shelf.WAITING else use.mine
    page = await shelf(who.subject, wish, after=cursor, limit=limit)
    items = [QueueItem.of(one, await use.kind_of(one)) for one in page.items]
    return QueuePage(items=items, next_cursor=page.next_cursor)


@router.get("/reviews/counts", summary="Сколько заявлений ждёт и в работе")
async def counts(*, who: Doctor, use: Use) -> CountsView:
    """How many there are on this doctor's lists; a thousand stands for «or more»."""
    return CountsView(**asdict(await use.shelves(who.subject)))


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
    asked = await decide.ask(who.subject, application_id, body.wanted())
    return await _view(asked, use, response)


@router.post("/reviews/{application_id}/exemption-rejection", summary="Отклонить льготу")
async def reject_exemption(
    *,
    who: Doctor,
    application_id: Id,
    body: ExemptionRejectionIn,
    decide: Decide,
    use: Use,
    response: Response,
) -> ApplicationView:
    """A bill is made; where the type is paid first, the application waits for it (C18)."""
    owing = await decide.reject_exemption(who.subject, application_id, body.reason)
    return await _view(owing, use, response)


@router.post("/reviews/{application_id}/results", summary="Приложить результат исследования")
async def attach(
    *,
    who: Doctor,
    application_id: Id,
    body: ResultIn,
    results: Attach,
    use: Use,
    response: Response,
) -> ApplicationView:
    """By the doctor who has it, or who asked for that document (C21); the citizen reads it too.

    Once all that was asked for is there, the application is in the queue again.
    """
    attached = await results.attach(
        who.subject, application_id, body.file_id, requirement=body.requirement, title=body.title
    )
    return await _view(attached, use, response)
