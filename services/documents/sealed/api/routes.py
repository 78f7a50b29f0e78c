"""The routes of sealed documents: thin, each calls one use case."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.requests import ClientDisconnect

from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.chassis.http.looks import LookPage
from services.chassis.http.pages import Cursor
from services.chassis.http.rates import public_check
from services.documents.access.views import LinkView
from services.documents.deps import Citizen, Counted, Journal, Limit, bounded_body, looker_of
from services.documents.sealed.api.views import CheckView, DocumentPage, DocumentView
from services.documents.sealed.errors import NotAPdfError
from services.documents.sealed.usecases import Documents
from services.documents.uploads.errors import FileTooLargeError

_LARGEST_CHECK = 5 * 1024 * 1024
_PDF_HEADER = b"%PDF-"

Use = Annotated[Documents, Depends(facility(Documents))]

router = APIRouter(prefix="/v1")
_PDF: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/documents", tags=["documents"])
async def list_documents(
    use: Use, who: Citizen, limit: Limit = 50, cursor: Cursor = None
) -> DocumentPage:
    """My sealed documents, newest first; all versions, none is ever lost (D4)."""
    found = await use.page(who.subject, after=cursor, limit=limit)
    views = [DocumentView.of(document) for document in found.items]
    return DocumentPage(items=views, next_cursor=found.next_cursor)


@router.get("/documents/{document_id}", tags=["documents"])
async def one_document(document_id: Id, use: Use, who: Citizen) -> DocumentView:
    """My document, in any state."""
    found = await use.one(document_id, who.subject)
    return DocumentView.of(found, await use.newer_than(found))


@router.post("/documents/{document_id}/links", status_code=201, tags=["documents"])
async def link_to_document(document_id: Id, use: Use, who: Citizen, rates: Counted) -> LinkView:
    """A signed link to the sealed PDF that works for two minutes; written into the journal (D2)."""
    rates.creation(who.hands)
    return LinkView.model_validate(await use.link(document_id, who.subject, looker_of(who)))


@router.get("/documents/{document_id}/reads", tags=["documents"])
async def reads_of_document(
    *,
    document_id: Id,
    use: Use,
    who: Citizen,
    looks: Journal,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> LookPage:
    """Who was given a link to my document, and when."""
    found = await use.reads(document_id, who.subject, after=cursor, limit=limit)
    return await LookPage.of(found, looks)


@router.post(
    "/public/checks",
    tags=["public"],
    openapi_extra=_PDF,
    dependencies=[Depends(public_check)],
)
async def check(request: Request, use: Use) -> CheckView:
    """Is this PDF byte for byte one that was sealed here? For anybody, without login.

    The file is hashed as it arrives and not kept. The answer names offices, no person.
    429 `too-many-requests`: so many a minute for each network address.
    """
    sha256 = await _hash_of_pdf(request)
    found = await use.with_content(sha256)
    newer = await use.newer_than(found) if found else None
    return CheckView.of(sha256, found, newer, use.deps.now())


async def _hash_of_pdf(request: Request) -> str:
    """The SHA-256 of a PDF in the body, without ever holding the body.

    Raises:
        FileTooLargeError: more bytes than any document has.
        NotAPdfError: it does not begin like a PDF.
    """
    digest, head = hashlib.sha256(), b""
    body = bounded_body(
        request, at_most=_LARGEST_CHECK, too_large=lambda: FileTooLargeError(_LARGEST_CHECK)
    )
    try:
        async for chunk in body:
            digest.update(chunk)
            head = (head + chunk[: len(_PDF_HEADER)])[: len(_PDF_HEADER)]
    except ClientDisconnect as error:
        raise NotAPdfError from error
    if head != _PDF_HEADER:
        raise NotAPdfError
    return digest.hexdigest()
