"""Everything uploads say: domain → contract."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.documents import CheckedSignature, FileAccepted, FilePii, OwnDocument
from services.documents.uploads.domain import signatures
from services.documents.uploads.domain.files import StoredFile


def accepted(file: StoredFile) -> FileAccepted:
    """An upload passed every check and is stored."""
    return FileAccepted(
        file_id=file.id,
        owner_id=file.owner_id,
        purpose=file.purpose,
        media_type=file.media_type.value,
        size=file.size,
        sha256=file.sha256,
        pages=file.pages,
        dpi=file.dpi,
        sent_size=file.sent_size,
        actor_id=file.actor_id,
        signed=str(file.signed) if file.signed else None,
        own_document=_own(file.own_document) if file.own_document else None,
        pii=FilePii(signatures=_checked(file.signatures)) if file.signatures else None,
    )


def _checked(found: Iterable[signatures.CheckedSignature]) -> tuple[CheckedSignature, ...]:
    return tuple(
        CheckedSignature(
            signer=s.signer,
            certificate_serial=s.serial,
            signed_at=s.signed_at,
            intact=s.intact,
            trusted=s.trusted,
            covers_whole=s.covers_whole,
            reason_code=str(s.finding),
            reason=s.why,
        )
        for s in found
    )


def _own(document: signatures.OwnDocument) -> OwnDocument:
    said = {} if document.current else {"reason_code": document.standing, "reason": document.why}
    return OwnDocument(
        document_id=document.document_id,
        number=document.number,
        current=document.current,
        **said,
    )
