"""The citizen's routes: applications and certificates of their own.

Applying needs a confirmed account (I9, e12); what is there already can be read, completed and
taken back also while a changed profile is being checked.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.certificates.applications.actions import Ledger
from services.certificates.applications.api.bodies import (
    DraftChanges,
    NewApplication,
    Submission,
    Supply,
)
from services.certificates.applications.api.listings import (
    ApplicationPage,
    CertificatePage,
    CertificateView,
    LookPage,
    LookView,
)
from services.certificates.applications.domain import drafts as filing
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.drafts import Agreement
from services.certificates.applications.domain.states import State
from services.certificates.applications.domain.views import ApplicationView, application_view
from services.certificates.deps import (
    Citizen,
    Confirmed,
    Limit,
    UseApplications,
    UseLedger,
    UseRegistry,
    next_cursor,
)
from services.chassis.database.pages import parse_moment_cursor
from services.chassis.foundation.typed import Id
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.middleware import OnceKey
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1", tags=["Заявления и справки гражданина"])


def _view(application: Application, ledger: Ledger) -> ApplicationView:
    kind = ledger.kind_of(application)
    is_draft = application.state is State.DRAFT
    problems = filing.problems(application, kind, today=ledger.today) if is_draft else []
    return application_view(application, kind, problems=problems)


def _tagged(application: Application, ledger: Ledger, response: Response) -> ApplicationView:
    response.headers["ETag"] = etag(application.revision)
    return _view(application, ledger)


def _begun(application: Application) -> dict[str, str]:
    location = f"/v1/applications/{application.id}"
    return {"ETag": etag(application.revision), "Location": location}


@router.post("/applications", status_code=201, summary="Начать заявление")
async def open_application(
    *,
    who: Confirmed,
    body: NewApplication,
    use: UseApplications,
    ledger: UseLedger,
    once: OnceKey,
    response: Response,
) -> ApplicationView:
    """A draft, filled from the confirmed profile (C4, C5)."""
    keyed = once.answering(lambda application: _view(application, ledger), headers=_begun)
    application = await use.open(who.subject, body.type, once=keyed)
    response.headers.update(_begun(application))
    return _view(application, ledger)


@router.get("/applications", summary="Мои заявления")
async def my_applications(
    *,
    who: Citizen,
    use: UseApplications,
    ledger: UseLedger,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ApplicationPage:
    """Newest first."""
    found = await use.page(who.subject, after=parse_moment_cursor(cursor), limit=limit)
    last = found[-1] if found else None
    return ApplicationPage(
        items=[_view(application, ledger) for application in found],
        next_cursor=next_cursor(found, limit, last.created_at, last.id) if last else None,
    )


@router.get("/applications/{application_id}", summary="Заявление")
async def one_application(
    *,
    who: Citizen,
    application_id: Id,
    use: UseApplications,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """State, deadline, history, and what can be done now."""
    return _tagged(await use.one(who.subject, application_id), ledger, response)


@router.get("/applications/{application_id}/reads", summary="Кто смотрел заявление")
async def reads_of_application(
    *,
    who: Citizen,
    application_id: Id,
    use: UseApplications,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LookPage:
    """Each time that a doctor was shown it, newest first; files have a journal of their own."""
    after = parse_moment_cursor(cursor)
    found = await use.looks(who.subject, application_id, after=after, limit=limit)
    last = found[-1] if found else None
    return LookPage(
        items=[LookView.of(look) for look in found],
        next_cursor=next_cursor(found, limit, last.at, last.id) if last else None,
    )


@router.patch("/applications/{application_id}", summary="Изменить черновик")
async def edit_application(
    *,
    who: Confirmed,
    application_id: Id,
    body: DraftChanges,
    expected: IfMatch,
    use: UseApplications,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Keeps what is typed, even if it is not right yet; `problems` says what is to be mended."""
    changed = await use.edit(who.subject, application_id, body.changes(), expected=expected)
    return _tagged(changed, ledger, response)


@router.post("/applications/{application_id}/submission", summary="Подать заявление")
async def submit_application(
    *,
    who: Confirmed,
    application_id: Id,
    body: Submission,
    expected: IfMatch,
    use: UseApplications,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Registers it under a tracking number with a deadline; names every wrong field otherwise."""
    agreement = Agreement(body.consent, body.consent_version)
    submitted = await use.submit(who.subject, application_id, agreement, expected=expected)
    return _tagged(submitted, ledger, response)


@router.post(
    "/applications/{application_id}/documents", summary="Приложить и исправить запрошенное"
)
async def supply_documents(
    *,
    who: Citizen,
    application_id: Id,
    body: Supply,
    use: UseApplications,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """The clock runs again once everything asked for is there (C10)."""
    return _tagged(await use.supply(who.subject, application_id, body.answer()), ledger, response)


@router.post("/applications/{application_id}/withdrawal", summary="Отозвать заявление")
async def withdraw_application(
    *,
    who: Citizen,
    application_id: Id,
    use: UseApplications,
    ledger: UseLedger,
    response: Response,
) -> ApplicationView:
    """Possible until it is decided."""
    return _tagged(await use.withdraw(who.subject, application_id), ledger, response)


@router.get("/certificates", summary="Мои справки")
async def my_certificates(
    *,
    who: Citizen,
    use: UseRegistry,
    ledger: UseLedger,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> CertificatePage:
    """Issued and revoked ones, newest first."""
    found = await use.page(who.subject, after=parse_moment_cursor(cursor), limit=limit)
    last = found[-1] if found else None
    return CertificatePage(
        items=[CertificateView.of(c, ledger.verify_url(c.number)) for c in found],
        next_cursor=next_cursor(found, limit, last.created_at, last.id) if last else None,
    )


@router.get("/certificates/{certificate_id}", summary="Справка")
async def one_certificate(
    *, certificate_id: Id, use: UseRegistry, ledger: UseLedger, who: Citizen
) -> CertificateView:
    """Its number, its state, and the id of its sealed document."""
    found = await use.one(who.subject, certificate_id)
    return CertificateView.of(found, ledger.verify_url(found.number))
