"""The doctor's routes: the queue, the desk, the decision; and taking a certificate out of force."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Response

from services.certificates.applications.actions import Ledger
from services.certificates.applications.api.bodies import (
    DocumentRequestIn,
    Refusal,
    RevocationIn,
    Text,
)
from services.certificates.applications.api.listings import CertificateView, QueueItem, QueuePage
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.views import ApplicationView, application_view
from services.certificates.catalogue.domain.forms import unprintable_errors
from services.certificates.deps import (
    Doctor,
    Limit,
    Revoker,
    UseLedger,
    UseRegistry,
    UseReviews,
    next_cursor,
)
from services.chassis.database.pages import parse_moment_cursor
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Role
from services.chassis.http.etags import etag
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1", tags=["Рассмотрение врачом"])


class Shelf(StrEnum):
    """Which list of the doctor."""

    WAITING = "waiting"
    MINE = "mine"


def _view(application: Application, ledger: Ledger, response: Response) -> ApplicationView:
    response.headers["ETag"] = etag(application.revision)
    kind = ledger.kind_of(application)
    problems = unprintable_errors(kind.fields, application.values, prefix="/fields")
    return application_view(application, kind, problems=problems, reader="doctor")


@router.get("/reviews", summary="Очередь заявлений")
async def queue(
    *,
    who: Doctor,
    use: UseReviews,
    ledger: UseLedger,
    state: Shelf = Shelf.WAITING,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> QueuePage:
    """What waits for a doctor or is on this doctor's desk; the nearest deadline first."""
    after = parse_moment_cursor(cursor)
    if state is Shelf.WAITING:
        found = await use.waiting(after=after, limit=limit)
    else:
        found = await use.mine(who.subject, after=after, limit=limit)
    items = [QueueItem.of(application, ledger.kind_of(application)) for application in found]
    last = items[-1] if items else None
    return QueuePage(
        items=items,
        next_cursor=(
            next_cursor(items, limit, last.deadline_at, last.application_id) if last else None
        ),
    )


@router.get("/reviews/{application_id}", summary="Заявление в работе")
async def one_review(
    *,
    who: Doctor,
    application_id: Id,
    use: UseReviews,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Everything about it, for the doctor who claimed or decided it."""
    return _view(await use.one(who.subject, application_id), ledger, response)


@router.post("/reviews/{application_id}/claim", summary="Взять в работу")
async def claim(
    *,
    who: Doctor,
    application_id: Id,
    use: UseReviews,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Exclusive: of two doctors one gets it (C20). It goes back to the queue by itself in time."""
    return _view(await use.claim(who.subject, application_id), ledger, response)


@router.post("/reviews/{application_id}/release", summary="Вернуть в очередь")
async def release(
    *,
    who: Doctor,
    application_id: Id,
    use: UseReviews,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Somebody else may take it."""
    return _view(await use.release(who.subject, application_id), ledger, response)


@router.post("/reviews/{application_id}/approval", summary="Одобрить выдачу")
async def approve(
    *,
    who: Doctor,
    application_id: Id,
    body: Annotated[
        dict[Id, Text],
        Body(
            description="The type's `doctor_fields` by name; dates as YYYY-MM-DD.",
            max_length=100,
            examples=[{"exam_date": "2026-11-20", "conclusion": "Годна к обучению."}],
        ),
    ],
    use: UseReviews,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """The certificate gets its number and goes to be signed and sealed."""
    return _view(await use.approve(who.subject, application_id, body), ledger, response)


@router.post("/reviews/{application_id}/refusal", summary="Отказать")
async def refuse(
    *,
    who: Doctor,
    application_id: Id,
    body: Refusal,
    use: UseReviews,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Always with a concrete reason (d6)."""
    refused = await use.refuse(who.subject, application_id, body.reason_code, body.reason)
    return _view(refused, ledger, response)


@router.post(
    "/reviews/{application_id}/document-request", summary="Запросить документы или исправления"
)
async def request_documents(
    *,
    who: Doctor,
    application_id: Id,
    body: DocumentRequestIn,
    use: UseReviews,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """The deadline pauses; once supplied, the application is in the queue again."""
    asked = await use.ask(who.subject, application_id, body.missing, body.corrections, body.comment)
    return _view(asked, ledger, response)


@router.post("/certificates/{certificate_id}/revocation", summary="Отозвать справку")
async def revoke(
    *,
    who: Revoker,
    certificate_id: Id,
    body: RevocationIn,
    use: UseRegistry,
    ledger: UseLedger,
) -> CertificateView:
    """For the doctor who signed it, or an administrator (C36). The public check says so at once."""
    revoked = await use.revoke(
        who.subject,
        administrator=Role.ADMINISTRATOR in who.roles,
        certificate_id=certificate_id,
        reason_code=body.reason_code,
        reason=body.reason,
    )
    return CertificateView.of(revoked, ledger.verify_url(revoked.number))
