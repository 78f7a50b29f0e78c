"""What callers get: views of files, documents, links and reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field

from services.documents.access.actions import Link
from services.documents.sealed.domain import Document
from services.documents.uploads.domain.files import Read, Remark, StoredFile


class RemarkView(BaseModel):
    """What the person should know; the file is accepted all the same."""

    code: str = Field(examples=["resolution-low"])
    detail: str

    @classmethod
    def of(cls, remark: Remark) -> Self:
        """The view of a remark."""
        return cls(code=remark.code, detail=remark.text)


class FileView(BaseModel):
    """An accepted upload."""

    file_id: str = Field(examples=["5f0c2b7d9a1e4c3f8b6d7a90"])
    purpose: str = Field(examples=["card-extract"])
    name: str = Field(examples=["Выписка.pdf"])
    media_type: str = Field(examples=["application/pdf"], description="By content, not by name.")
    size: int = Field(examples=[184320], description="Bytes, as stored.")
    sent_size: int | None = Field(
        default=None, examples=[184320], description="Bytes, as sent: limits are about these."
    )
    sha256: str = Field(description="SHA-256 of the stored content: what a link leads to.")
    source_sha256: str = Field(
        description="SHA-256 of the bytes that were sent. Differs from `sha256` where the file "
        "was written anew, so that nothing but pages and pictures is kept: always, but for signed "
        "PDFs and what was sealed here."
    )
    pages: int = Field(examples=[3])
    dpi: int | None = Field(
        examples=[300],
        description="As measured, the lowest of all pages. Of a photo: its pixels against a page "
        "of A4. null = a page has no scan.",
    )
    accepted_at: AwareDatetime
    remarks: list[RemarkView] = Field(
        default=[],
        description="`resolution-low`: hard to read, lengthens the term of an application (e3).",
    )

    @classmethod
    def of(cls, file: StoredFile, remarks: Sequence[Remark] = ()) -> Self:
        """The view of a file and of what its owner should know."""
        return cls(
            file_id=file.id,
            purpose=file.purpose,
            name=file.name,
            media_type=file.media_type.value,
            size=file.size,
            sent_size=file.sent_size,
            sha256=file.sha256,
            source_sha256=file.source_sha256,
            pages=file.pages,
            dpi=file.dpi,
            accepted_at=file.accepted_at,
            remarks=[RemarkView.of(remark) for remark in remarks],
        )


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
        return cls(
            document_id=document.id,
            kind=document.kind.value,
            reference_id=document.reference_id,
            number=document.number,
            title=document.title,
            state=document.state.value,
            revision=document.revision,
            replaces=document.replaces,
            replaced_by=newer.id if newer else None,
            sha256=document.sha256,
            size=document.size,
            sealed_at=document.sealed_at,
            signatures=signatures_of(document),
            failure=document.failure,
            void_at=document.void_at,
            void_reason=document.void_reason,
        )


def signatures_of(document: Document) -> list[SignatureView]:
    """Its signatures, in order."""
    return [
        SignatureView(
            field=s.field,
            signer=s.signer,
            certificate_serial=s.certificate_serial,
            signed_at=s.signed_at,
        )
        for s in document.signatures
    ]


class LinkView(BaseModel):
    """A signed address. Whoever has it can read, so it works for a short time only."""

    url: str
    expires_at: AwareDatetime
    sha256: str = Field(description="What the content must hash to.")
    name: str = Field(
        examples=["Выписка.pdf"],
        description="What to call the file. The address gives it a neutral name: it reaches "
        "proxies and browsers.",
    )

    @classmethod
    def of(cls, link: Link) -> Self:
        """The view of a link."""
        return cls(url=link.url, expires_at=link.expires_at, sha256=link.sha256, name=link.name)


class ReadView(BaseModel):
    """One line of the access journal (D2)."""

    reader: str = Field(examples=["doctor"], description="owner or doctor.")
    reader_title: str = Field(examples=["врач"])
    reader_id: str
    at: AwareDatetime

    @classmethod
    def of(cls, read: Read) -> Self:
        """The view of a read."""
        return cls(
            reader=read.reader.value,
            reader_title={"owner": "владелец", "doctor": "врач"}[read.reader.value],
            reader_id=read.reader_id,
            at=read.at,
        )


class PurposeView(BaseModel):
    """What an upload for one purpose may be."""

    purpose: str = Field(examples=["card-extract"])
    title: str
    media_types: list[str]
    max_bytes: int
    min_dpi: int | None
    clear_dpi: int | None = Field(description="A scan below it lengthens the term, see `remarks`.")
    max_pages: int


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
            sealed_at=document.sealed_at,
            signatures=signatures_of(document),
        )


class FilePage(BaseModel):
    """Files, newest first."""

    items: list[FileView]
    next_cursor: str | None


class DocumentPage(BaseModel):
    """Documents, newest first."""

    items: list[DocumentView]
    next_cursor: str | None


class ReadPage(BaseModel):
    """Reads, newest first."""

    items: list[ReadView]
    next_cursor: str | None
