"""The citizen's routes to applications of their own.

Applying needs a confirmed account (I9, e12); what is there already can be read, completed and
taken back also while a changed profile is being checked.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.certificates.applications.api.bodies import (
    DraftChanges,
    NewApplication,
    Submission,
    Supply,
)
from services.certificates.applications.api.listings import ApplicationPage
from services.certificates.applications.domain import tracking
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.drafts import Agreement
from services.certificates.applications.domain.groups import Group, Wanted
from services.certificates.applications.usecases.drafts import Drafts
from services.certificates.applications.usecases.filed import Applications
from services.certificates.applications.usecases.submissions import Submissions
from services.certificates.applications.views.application import ApplicationView
from services.certificates.deps import Citizen, Confirmed, Limit, Withdrawer
from services.certificates.known.domain.people import Hands
from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.chassis.http.looks import LookPage
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1", tags=["Заявления и справки гражданина"])
Use = Annotated[Applications, Depends(facility(Applications))]
Drafting = Annotated[Drafts, Depends(facility(Drafts))]
Submitting = Annotated[Submissions, Depends(facility(Submissions))]


async def _tagged(
    application: Application, use: Applications, response: Response
) -> ApplicationView:
    response.headers["ETag"] = etag(application.revision)
    return await use.view(application)


def _by(who: Principal) -> Hands | None:
    """Who acts for the citizen, where they do not themselves."""
    return Hands(who.actor, who.right_id) if who.actor and who.right_id else None


def _begun(application: Application) -> dict[str, str]:
    location = f"/v1/applications/{application.id}"
    return {"ETag": etag(application.revision), "Location": location}


@router.post(
    "/applications",
    status_code=201,
    summary="Начать заявление",
    response_model=ApplicationView,
)
async def open_application(
    *,
    who: Confirmed,
    body: NewApplication,
    drafting: Drafting,
    once: OnceKey,
) -> Response:
    """A draft, filled from the confirmed profile (C4, C5), at a clinic that can decide (K6).

    429 `too-many-drafts-today`: so many a day, withdrawn ones count; see `Retry-After`.
    """
    keyed = once.answering(drafting.view_of_new, headers=_begun)
    await drafting.open(
        who.subject, body.type, body.clinic_id, follows=body.follows, by=_by(who), once=keyed
    )
    return answered(keyed.given)


@router.get("/applications", summary="Мои заявления")
async def my_applications(
    *,
    who: Citizen,
    use: Use,
    group: Group | None = None,
    type: Annotated[Id | None, Query(examples=["086u"])] = None,  # noqa: A002 - as in the form
    number: Annotated[str | None, Query(max_length=64, examples=["4829 1730 5584"])] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ApplicationPage:
    """Newest first (C56).

    `group`: drafts, waiting for you, active, decided. A `number` may be typed with spaces or
    letters, and with one slip: what it may have meant is found among your own.
    """
    wanted = Wanted(group, type, None if number is None else tracking.meant(number))
    page = await use.page(who.subject, wanted, after=cursor, limit=limit)
    items = await asyncio.gather(*map(use.view, page.items))
    note = None if items or cursor else wanted.nothing
    return ApplicationPage(items=items, next_cursor=page.next_cursor, note=note)


@router.get("/applications/{application_id}", summary="Заявление")
async def one_application(
    *,
    who: Citizen,
    application_id: Id,
    use: Use,
    response: Response,
) -> ApplicationView:
    """State, deadline, history, and what can be done now."""
    return await _tagged(await use.one(who.subject, application_id), use, response)


@router.get("/applications/{application_id}/reads", summary="Кто смотрел заявление")
async def reads_of_application(
    *,
    who: Citizen,
    application_id: Id,
    use: Use,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LookPage:
    """Each time that staff was shown it, newest first; files have a journal of their own."""
    page = await use.looks(who.subject, application_id, after=cursor, limit=limit)
    return await LookPage.of(page, use.cases.looks)


@router.patch("/applications/{application_id}", summary="Изменить черновик")
async def edit_application(
    *,
    who: Confirmed,
    application_id: Id,
    body: DraftChanges,
    expected: IfMatch,
    drafting: Drafting,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Keeps what is typed, even if it is not right yet; `problems` says what is to be mended."""
    changed = await drafting.edit(
        who.subject, application_id, body.changes(), expected=expected, by=_by(who)
    )
    return await _tagged(changed, use, response)


@router.get(
    "/applications/{application_id}/form",
    summary="Форма для подписи",
    responses={200: {"content": {"application/json": {}}}},
)
async def form_of_application(
    *, who: Confirmed, application_id: Id, submitting: Submitting
) -> Response:
    """The very bytes that a signature of one's own is made over (C12): canonical JSON.

    Once nothing keeps the draft back; 409 `draft-incomplete` names what does.
    """
    draft, form = await submitting.form(who.subject, application_id)
    tag = {"ETag": etag(draft.revision)}
    return Response(form.content, media_type="application/json", headers=tag)


@router.post("/applications/{application_id}/submission", summary="Подать заявление")
async def submit_application(
    *,
    who: Confirmed,
    application_id: Id,
    body: Submission,
    expected: IfMatch,
    submitting: Submitting,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Registers it under a tracking number with a deadline; names every wrong field otherwise.

    403 `signing-act-required` without a confirmation: its member `digest` says what an act of
    signing has to be for. 403 `signing-act-refused`, `signature-refused`: why what came is none.
    """
    agreement = Agreement(body.consent, body.consent_version)
    submitted = await submitting.submit(
        who.subject, application_id, agreement, body.evidence(), expected=expected, by=_by(who)
    )
    return await _tagged(submitted, use, response)


@router.post(
    "/applications/{application_id}/documents", summary="Приложить и исправить запрошенное"
)
async def supply_documents(
    *,
    who: Citizen,
    application_id: Id,
    body: Supply,
    use: Use,
    response: Response,
) -> ApplicationView:
    """The clock runs again once everything asked for is there (C10)."""
    return await _tagged(
        await use.supply(who.subject, application_id, body.answer(), by=_by(who)), use, response
    )


@router.post("/applications/{application_id}/withdrawal", summary="Отозвать заявление")
async def withdraw_application(
    *,
    who: Withdrawer,
    application_id: Id,
    use: Use,
    response: Response,
) -> ApplicationView:
    """Possible until it is decided."""
    withdrawn = await use.withdraw(who.subject, application_id, by=_by(who))
    return await _tagged(withdrawn, use, response)
