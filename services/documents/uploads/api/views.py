"""What callers get: views of files, and of what may be uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field

from services.documents.uploads.domain.files import FileState, StoredFile
from services.documents.uploads.domain.remarks import Remark
from services.documents.uploads.domain.signatures import CheckedSignature, OwnDocument, Signed


class RemarkView(BaseModel):
    """What the person should know; the file is accepted all the same."""

    code: str = Field(examples=["resolution-low"])
    detail: str
    lengthens_term: bool = Field(
        description="Attached as it is, it may lengthen the term of an application (e3)."
    )

    @classmethod
    def of(cls, remark: Remark) -> Self:
        """The view of a remark."""
        return cls(code=remark.code, detail=remark.text, lengthens_term=remark.lengthens)


class CheckedSignatureView(BaseModel):
    """One signature of an upload, as it was found when it came (C55)."""

    signer: str = Field(description="As the certificate names them.")
    certificate_serial: str
    signed_at: AwareDatetime | None = Field(
        description="Proven by a time-stamp where `stamped`, else what the signer says."
    )
    stamped: bool
    intact: bool | None = Field(description="null = the algorithm is not known here.")
    trusted: bool = Field(description="The chain leads to a root that is trusted here.")
    covers_whole: bool
    code: str = Field(examples=["intact", "changed-later", "authority-unknown"])
    detail: str

    @classmethod
    def of(cls, found: CheckedSignature) -> Self:
        """The view of a finding."""
        return cls(
            signer=found.signer,
            certificate_serial=found.serial,
            signed_at=found.signed_at,
            stamped=found.stamped,
            intact=found.intact,
            trusted=found.trusted,
            covers_whole=found.covers_whole,
            code=found.finding,
            detail=found.why,
        )


class OwnDocumentView(BaseModel):
    """The document of this platform that an upload is byte for byte, as it stands now (C41)."""

    document_id: str
    number: str
    current: bool
    code: str = Field(examples=["own-current", "own-void", "own-anothers"])
    detail: str

    @classmethod
    def of(cls, own: OwnDocument) -> Self:
        """The view of a document of ours."""
        return cls(
            document_id=own.document_id,
            number=own.number,
            current=own.current,
            code=own.standing,
            detail=own.why,
        )


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
    actor_id: str | None = Field(
        default=None, description="Учётная запись представителя, если файл прислал он."
    )
    state: FileState = Field(
        default=FileState.ACCEPTED,
        description="`quarantined`: not scanned for malware yet, neither given away nor attached; "
        "`infected`: its bytes are gone (C9).",
    )
    scanned_at: AwareDatetime | None = Field(
        default=None, description="When it was scanned for malware; null = nobody did."
    )
    signed: Signed | None = Field(
        default=None, description="What its signatures come to; null = nobody has looked."
    )
    signatures: list[CheckedSignatureView] = []
    own_document: OwnDocumentView | None = None
    remarks: list[RemarkView] = Field(
        default=[],
        description="`resolution-low`, `signature-missing`, `signed-broken`, `signed-untrusted` "
        "lengthen the term of an application (e3); `own-void`, `own-expired`, `own-replaced`, "
        "`own-anothers`, "
        "`file-quarantined` and `file-infected` say why it will not do.",
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
            actor_id=file.actor_id,
            state=file.state,
            scanned_at=file.scanned_at,
            signed=file.signed,
            signatures=[CheckedSignatureView.of(s) for s in file.signatures or ()],
            own_document=OwnDocumentView.of(file.own_document) if file.own_document else None,
            remarks=[RemarkView.of(remark) for remark in remarks],
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
    signed: bool = Field(description="Such a document is usually signed electronically (n3).")
    by: str = Field(description="Who sends such files.", examples=["citizen", "doctor"])
    malware_scan: bool = Field(description="Whether uploads are scanned for malware here (C9).")


class FilePage(BaseModel):
    """Files, newest first."""

    items: list[FileView]
    next_cursor: str | None
