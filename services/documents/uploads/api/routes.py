"""The routes of uploads: thin, each calls one use case."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from contracts.roles import Role
from services.chassis.database.client import Mongo
from services.chassis.database.idempotency import IdempotencyKeyMissingError, Once
from services.chassis.foundation.errors import RefusalError
from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable
from services.chassis.http.looks import LookPage
from services.chassis.http.pages import Cursor
from services.documents.access.domain.content import MediaType, sha256_of
from services.documents.access.views import LinkView
from services.documents.deps import (
    Citizen,
    Counted,
    Journal,
    Limit,
    Person,
    Sending,
    Shown,
    looker_of,
)
from services.documents.uploads.api.receiving import DEFAULT_PURPOSE, receive_upload
from services.documents.uploads.api.views import FilePage, FileView, PurposeView
from services.documents.uploads.domain.files import Reader, StoredFile
from services.documents.uploads.metrics import UNKNOWN_PURPOSE
from services.documents.uploads.usecases.reading import Reading
from services.documents.uploads.usecases.uploading import Sender, Uploads

Use = Annotated[Uploads, Depends(facility(Uploads))]
Read = Annotated[Reading, Depends(facility(Reading))]
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
            signed=limits.signed,
            by=limits.by.value,
            malware_scan=use.scanner is not None,
        )
        for purpose, limits in sorted(use.rules.purposes.items())
    ]


@router.post(
    "/files", status_code=201, tags=["files"], response_model=FileView, openapi_extra=_FORM
)
async def upload(
    request: Request,
    use: Use,
    who: Sending,
    *,
    rates: Counted,
    mongo: Annotated[Mongo, Depends(facility(Mongo))],
    key: IdempotencyKey = None,
) -> Response:
    """Upload a PDF, JPG or PNG. The type is taken from the content; the name plays no part.

    Refusals say what is accepted: `file-type-not-allowed`, `file-too-large`, `file-broken`,
    `file-empty`, `file-infected`, `file-too-complex`, `pdf-encrypted`, `pdf-active-content`,
    `pdf-signed-unclear`, `image-too-large`, `too-many-pages`, `resolution-too-low`,
    `resolution-unknown`, `file-breaks-rules` (several, see `errors`). 429 `too-many-requests`: too
    many files of one person, or of all, wait to be examined; `upload-quota-exceeded`: as much is
    stored as is kept of one person in a month. What is accepted may have `remarks`, some of which
    lengthen the term.

    Pictures and PDFs are written anew; a signed PDF and what was sealed here stay as they are, and
    their signatures are checked: a bad one refuses nothing, but is shown to the doctor. Where the
    scanner for malware is away the file is `quarantined` until it was scanned. A doctor sends
    files of the purpose `result` alone.
    """
    rates.creation(who.hands)
    if not key:
        raise IdempotencyKeyMissingError
    try:
        received = await receive_upload(request, largest=use.rules.largest_upload)
    except RefusalError as refusal:  # before its purpose is read
        use.metrics.refused(UNKNOWN_PURPOSE, refusal)
        raise
    # by content: a client that tries again makes another multipart boundary
    asked = f"{received.purpose}\n{received.name}\n{sha256_of(received.content)}"
    once = Once.of(
        subject=who.caller, route="POST /v1/files", key=key, payload=asked.encode()
    ).answering(partial(_view, use), headers=_uploaded)
    await once.replay(mongo)
    await use.upload(Sender(who.subject, who.roles, who.actor), received, once=once)
    return answered(once.given)


@router.get("/files", tags=["files"])
async def list_files(
    use: Use, read: Read, who: Person, limit: Limit = 50, cursor: Cursor = None
) -> FilePage:
    """My uploads, newest first."""
    found = await read.page(who.subject, after=cursor, limit=limit)
    return FilePage(items=[_view(use, f) for f in found.items], next_cursor=found.next_cursor)


@router.get("/files/{file_id}", tags=["files"])
async def one_file(file_id: Id, use: Use, read: Read, who: Shown) -> FileView:
    """My upload, or a result about me.

    A doctor sees those of the reviews that are theirs; a clinic's staff, those of its visits.
    """
    file = await read.one(file_id, _reader(who), looker_of(who))
    return _view(use, file)


@router.post("/files/{file_id}/links", status_code=201, tags=["files"])
async def link_to_file(file_id: Id, read: Read, who: Shown, rates: Counted) -> LinkView:
    """A signed link that works for two minutes. Each one given is written into the journal (D2).

    409 `file-quarantined`: not scanned for malware yet; 422 `file-infected`: its bytes are gone.
    """
    rates.creation(who.hands)
    link = await read.link(file_id, _reader(who), looker_of(who))
    return LinkView.model_validate(link)


@router.get("/files/{file_id}/reads", tags=["files"])
async def reads_of_file(
    *,
    file_id: Id,
    read: Read,
    who: Citizen,
    looks: Journal,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> LookPage:
    """Who was shown my upload, or a result about me, or given a link to it, and when."""
    found = await read.reads(file_id, who.subject, after=cursor, limit=limit)
    return await LookPage.of(found, looks)


def _view(use: Uploads, file: StoredFile) -> FileView:
    return FileView.of(file, use.remarks(file))


def _uploaded(file: StoredFile) -> dict[str, str]:
    return {"Location": f"/v1/files/{file.id}"}


def _reader(who: Principal) -> Reader:
    at = who.clinics(Role.DOCTOR, Role.REGISTRAR)
    return Reader(who.subject, doctor=Role.DOCTOR in who.roles, clinics=at)
