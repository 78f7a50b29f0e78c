"""Everything documents says: domain → contract."""

from __future__ import annotations

from contracts.documents import (
    DocumentKind,
    DocumentSealed,
    FileAccepted,
    SealingFailed,
    Signature,
)
from services.documents.sealed.domain import Document
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
    )


def sealed(document: Document) -> DocumentSealed:
    """The PDF with its signatures is stored."""
    sha256, sealed_at = document.stored()
    return DocumentSealed(
        document_id=document.id,
        kind=DocumentKind(document.kind.value),
        reference_id=document.reference_id,
        owner_id=document.owner_id,
        number=document.number,
        sha256=sha256,
        size=document.size or 0,
        sealed_at=sealed_at,
        signatures=tuple(
            Signature(
                field=s.field,
                signer=s.signer,
                certificate_serial=s.certificate_serial,
                signed_at=s.signed_at,
            )
            for s in document.signatures
        ),
    )


def failed(document: Document) -> SealingFailed:
    """It cannot be sealed as asked."""
    return SealingFailed(
        document_id=document.id,
        kind=DocumentKind(document.kind.value),
        reference_id=document.reference_id,
        owner_id=document.owner_id,
        number=document.number,
        reason_code=document.failure_code or "sealing-failed",
        reason=document.failure or "",
    )
