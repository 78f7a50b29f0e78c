"""What callers get: views of files, and of what may be uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field

from services.documents.uploads.domain import Remark, StoredFile


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
    actor_id: str | None = Field(
        default=None, description="Учётная запись представителя, если файл прислал он."
    )
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
            actor_id=file.actor_id,
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


class FilePage(BaseModel):
    """Files, newest first."""

    items: list[FileView]
    next_cursor: str | None
