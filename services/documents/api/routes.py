"""The routes: thin, each calls one use case."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from services.chassis.database.client import Mongo
from services.chassis.database.idempotency import IdempotencyKeyMissingError, Once
from services.chassis.database.pages import moment_cursor, parse_moment_cursor
from services.chassis.foundation.errors import RefusalError
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal, Role
from services.chassis.http.facilities import find
from services.chassis.http.headers import cacheable
from services.chassis.http.pages import Cursor
from services.chassis.http.rates import Rates, public_check
from services.documents.api.receiving import (
    DEFAULT_PURPOSE,
    receive_pdf_hash,
    receive_upload,
)
from services.documents.api.views import (
    CheckView,
    DocumentPage,
    DocumentView,
    FilePage,
    FileView,
    LinkView,
    PurposeView,
    ReadPage,
    ReadView,
)
from services.documents.deps import Citizen, Confirmed, Limit, Person
from services.documents.metrics import UNKNOWN_PURPOSE
from services.documents.uploads.domain.files import MediaType, Position, StoredFile, sha256_of
from services.documents.usecases import UseCases

_LARGEST_CHECK = 5 * 1024 * 1024


async def use_cases(request: Request) -> UseCases:
    """What this service can do."""
    found: UseCases = request.app.state.use
    return found


async def position(cursor: Cursor = None) -> Position | None:
    """Where the page begins."""
    return parse_moment_cursor(cursor)


Use = Annotated[UseCases, Depends(use_cases)]
After = Annotated[Position | None, Depends(position)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=128,
        description="A unique string; the same key, purpose and file give the stored answer.",
    ),
]

router = APIRouter(prefix="/v1")
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {
                            "type": "string",
                            "maxLength": 1024,
                            "default": DEFAULT_PURPOSE,
                        },
                    },
                }
            }
        },
    }
}
_PDF: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/purposes", tags=["files"], dependencies=[Depends(cacheable(300))])
async def purposes(use: Use) -> list[PurposeView]:
    """What may be uploaded for which purpose (d1): the limits are data."""
    return [
        PurposeView(
            purpose=purpose,
            title=limits.title,
            media_types=[kind.value for kind in MediaType],
            max_bytes=limits.max_bytes,
            min_dpi=limits.min_dpi,
            clear_dpi=limits.clear_dpi,
            max_pages=limits.max_pages,
        )
        for purpose, limits in sorted(use.files.purposes.items())
    ]


@router.post("/files", status_code=201, tags=["files"], openapi_extra=_FORM)
async def upload(
    request: Request, response: Response, use: Use, who: Confirmed, key: IdempotencyKey = None
) -> FileView:
    """Upload a PDF, JPG or PNG. The type is taken from the content; the name plays no part.

    Refusals say what is accepted: `file-type-not-allowed`, `file-too-large`, `file-broken`,
    `file-empty`, `file-too-complex`, `pdf-encrypted`, `pdf-active-content`, `pdf-signed-unclear`,
    `image-too-large`, `too-many-pages`, `resolution-too-low`, `resolution-unknown`,
    `file-breaks-rules` (several, see `errors`). 429 `too-many-requests`: too many files of one
    person, or of all, wait to be examined; `upload-quota-exceeded`: as much is stored as is kept of
    one person in a month. What is accepted may have `remarks`.

    Pictures and PDFs are written anew; a signed PDF and what was sealed here stay as they are.
    """
    find(request.app, Rates).creation(who.subject)
    if not key:
        raise IdempotencyKeyMissingError
    try:
        received = await receive_upload(request, largest=use.files.largest_upload)
    except RefusalError as refusal:  # before its purpose is read
        use.files.metrics.refused(UNKNOWN_PURPOSE, refusal)
        raise
    # by content: a client that tries again makes another multipart boundary
    asked = f"{received.purpose}\n{received.name}\n{sha256_of(received.content)}"
    once = Once.of(
        subject=who.subject, route="POST /v1/files", key=key, payload=asked.encode()
    ).answering(partial(_file_view, use), headers=_uploaded)
    await once.replay(find(request.app, Mongo))
    file = await use.files.upload(who.subject, received, once=once)
    response.headers.update(_uploaded(file))
    return _file_view(use, file)


@router.get("/files", tags=["files"])
async def list_files(use: Use, who: Citizen, after: After, limit: Limit = 50) -> FilePage:
    """My uploads, newest first."""
    found = await use.files.page(who.subject, after=after, limit=limit)
    last = (found[-1].accepted_at, found[-1].id) if len(found) == limit else None
    return FilePage(items=[_file_view(use, f) for f in found], next_cursor=_cursor(last))


@router.get("/files/{file_id}", tags=["files"])
async def one_file(file_id: Id, use: Use, who: Person) -> FileView:
    """My upload; a doctor sees those of the reviews that are theirs."""
    return _file_view(use, await use.files.one(file_id, who.subject, doctor=_is_doctor(who)))


@router.post("/files/{file_id}/links", status_code=201, tags=["files"])
async def link_to_file(file_id: Id, use: Use, who: Person) -> LinkView:
    """A signed link that works for two minutes. Each one given is written into the journal (D2)."""
    return LinkView.of(await use.files.link(file_id, who.subject, doctor=_is_doctor(who)))


@router.get("/files/{file_id}/reads", tags=["files"])
async def reads_of_file(
    file_id: Id, use: Use, who: Citizen, after: After, limit: Limit = 50
) -> ReadPage:
    """Who was given a link to my upload, and when."""
    await use.files.one(file_id, who.subject, doctor=False)
    return await _reads(file_id, use, who, after, limit)


@router.get("/documents", tags=["documents"])
async def list_documents(use: Use, who: Citizen, after: After, limit: Limit = 50) -> DocumentPage:
    """My sealed documents, newest first; all versions, none is ever lost (D4)."""
    found = await use.documents.page(who.subject, after=after, limit=limit)
    last = (found[-1].queued_at, found[-1].id) if len(found) == limit else None
    return DocumentPage(items=[DocumentView.of(d) for d in found], next_cursor=_cursor(last))


@router.get("/documents/{document_id}", tags=["documents"])
async def one_document(document_id: Id, use: Use, who: Citizen) -> DocumentView:
    """My document, in any state."""
    found = await use.documents.one(document_id, who.subject)
    return DocumentView.of(found, await use.documents.newer_than(found))


@router.post("/documents/{document_id}/links", status_code=201, tags=["documents"])
async def link_to_document(document_id: Id, use: Use, who: Citizen) -> LinkView:
    """A signed link to the sealed PDF that works for two minutes; written into the journal (D2)."""
    return LinkView.of(await use.documents.link(document_id, who.subject))


@router.get("/documents/{document_id}/reads", tags=["documents"])
async def reads_of_document(
    document_id: Id, use: Use, who: Citizen, after: After, limit: Limit = 50
) -> ReadPage:
    """Who was given a link to my document, and when."""
    await use.documents.one(document_id, who.subject)
    return await _reads(document_id, use, who, after, limit)


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
    sha256 = await receive_pdf_hash(request, largest=_LARGEST_CHECK)
    found = await use.documents.with_content(sha256)
    newer = await use.documents.newer_than(found) if found else None
    return CheckView.of(sha256, found, newer, use.documents.now())


async def _reads(
    subject_id: str, use: UseCases, who: Principal, after: Position | None, limit: int
) -> ReadPage:
    found = await use.room.journal(subject_id, who.subject, after=after, limit=limit)
    last = (found[-1].at, found[-1].id) if len(found) == limit else None
    return ReadPage(items=[ReadView.of(r) for r in found], next_cursor=_cursor(last))


def _file_view(use: UseCases, file: StoredFile) -> FileView:
    return FileView.of(file, use.files.remarks(file))


def _cursor(last: Position | None) -> str | None:
    return moment_cursor(*last) if last else None


def _uploaded(file: StoredFile) -> dict[str, str]:
    return {"Location": f"/v1/files/{file.id}"}


def _is_doctor(who: Principal) -> bool:
    return Role.DOCTOR in who.roles
