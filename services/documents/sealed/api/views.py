"""What callers get: views of sealed documents, and what the public check says."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field

from services.documents.sealed.domain import Document, Sealed


class SignatureView(BaseModel):
    """One signature of a sealed document."""

    field: str = Field(examples=["Doctor"])
    signer: str
    certificate_serial: str
    signed_at: AwareDatetime


class DocumentView(BaseModel):
    """A document: queued, sealed or failed."""

    document_id: str
    kind: str = Field(examples=["certificate"])
    reference_id: str = Field(description="The application or the appointment it was made for.")
    number: str
    title: str
    state: str = Field(examples=["sealed"], description="queued, sealed or failed.")
    revision: int = Field(description="1 for the first version; older ones are kept (D4).")
    replaces: str | None = Field(description="The document that this one is a new version of.")
    replaced_by: str | None = Field(
        default=None, description="The newest version, when one document is asked for (d5)."
    )
    sha256: str | None
    size: int | None
    sealed_at: AwareDatetime | None
    signatures: list[SignatureView]
    failure: str | None
    void_at: AwareDatetime | None = Field(
        default=None, description="Since when it is revoked or cancelled: kept, but void (d5)."
    )
    void_reason: str | None = Field(
        default=None, examples=["Справка отозвана и больше не действует."]
    )

    @classmethod
    def of(cls, document: Document, newer: Document | None = None) -> Self:
        """The view of a document, and of what replaced it."""
        sealed = document.sealed
        return cls(
            document_id=document.id,
            kind=document.kind.value,
            reference_id=document.reference_id,
            number=document.number,
            title=document.title,
            state=document.state.value,
            revision=document.edition,
            replaces=document.replaces,
            replaced_by=newer.id if newer else None,
            sha256=sealed.sha256 if sealed else None,
            size=sealed.size if sealed else None,
            sealed_at=sealed.sealed_at if sealed else None,
            signatures=_signatures_of(sealed) if sealed else [],
            failure=document.failure.reason if document.failure else None,
            void_at=document.void_at,
            void_reason=document.void_reason,
        )


def _signatures_of(sealed: Sealed) -> list[SignatureView]:
    """Its signatures, in order."""
    return [
        SignatureView(
            field=s.field,
            signer=s.signer,
            certificate_serial=s.certificate_serial,
            signed_at=s.signed_at,
        )
        for s in sealed.signatures
    ]


class CheckView(BaseModel):
    """Whether a PDF is byte for byte one that was sealed here. Says nothing of a person."""

    genuine: bool
    detail: str
    sha256: str
    kind: str | None = None
    number: str | None = None
    sealed_at: AwareDatetime | None = None
    signatures: list[SignatureView] = []
    current: bool | None = Field(
        default=None, description="false: void, past its time, or a newer version exists (d5)."
    )
    void_at: AwareDatetime | None = Field(
        default=None, description="Since when the document is revoked or cancelled."
    )

    @classmethod
    def of(
        cls, sha256: str, document: Document | None, newer: Document | None, now: datetime
    ) -> Self:
        """The answer of the public check."""
        if document is None:
            return cls(
                genuine=False,
                detail="Такой файл порталом не выдавался или был изменён после подписания.",
                sha256=sha256,
            )
        sealed = document.stored()
        return cls(
            genuine=True,
            detail="Файл полностью совпадает с документом, подписанным на портале."
            + (f" {document.void_reason}" if document.void_reason else "")
            + (" Документ заменён новой версией." if newer else "")
            + (" Срок его действия истёк." if document.over(now) else ""),
            current=newer is None and document.void_at is None and not document.over(now),
            void_at=document.void_at,
            sha256=sha256,
            kind=document.kind.value,
            number=document.number,
            sealed_at=sealed.sealed_at,
            signatures=_signatures_of(sealed),
        )


class DocumentPage(BaseModel):
    """Documents, newest first."""

    items: list[DocumentView]
    next_cursor: str | None
