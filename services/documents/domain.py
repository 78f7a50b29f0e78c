"""Files, grants, documents: what is accepted, who may read, what a document goes through. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.documents.errors import (
    FileBreaksRulesError,
    FileRefusedError,
    FileTooLargeError,
    NotSealedYetError,
    ResolutionTooLowError,
    ResolutionUnknownError,
    TooManyPagesError,
)
from services.documents.settings import PurposeLimits

Position = tuple[datetime, str]
"""Where a page of a list begins: after this time and id, newest first."""

_LONGEST_NAME = 100


class MediaType(StrEnum):
    """What is accepted (n1, n2)."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def suffix(self) -> str:
        """The usual end of a file's name."""
        return {self.PDF: ".pdf", self.JPEG: ".jpg", self.PNG: ".png"}[self]


def sha256_of(content: bytes) -> str:
    """The content's name: lower-case hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def object_key(sha256: str) -> str:
    """Where content lives in its bucket: its hash is its address, so it cannot be replaced (D3)."""
    return f"{sha256[:2]}/{sha256}"


@dataclass(frozen=True)
class Inspected:
    """An upload after inspection: what it is by content, and the bytes that are kept.

    `content` differs from what was sent where an image was written anew. `dpi` is the lowest of
    all pages, or None where the file has no resolution.
    """

    media_type: MediaType
    content: bytes
    pages: int
    dpi: int | None


@dataclass(frozen=True)
class StoredFile:
    """An accepted upload. Never changed, never replaced."""

    id: str
    owner_id: str
    purpose: str
    name: str
    media_type: MediaType
    size: int
    sha256: str
    source_sha256: str
    pages: int
    dpi: int | None
    accepted_at: datetime
    version: int = 1
    sent_size: int | None = None
    """Bytes as sent, which is what limits are about. Unknown of the first uploads ever."""


def clean_name(name: str, media_type: MediaType) -> str:
    """A file name that is safe to show and to download: no path, no controls, the true ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(c for c in last if c.isprintable() and c not in '"<>:|?*%').strip(" .")
    stem = printable.rsplit(".", 1)[0].strip(" .") if "." in printable else printable
    return (stem[:_LONGEST_NAME] or "документ") + media_type.suffix


def check_limits(limits: PurposeLimits, *, size: int, pages: int, dpi: int | None) -> None:
    """Hold a file against the rules of its purpose, all of them at once (C7, C8).

    `size` is the number of bytes as sent.

    Raises:
        FileRefusedError: the broken rule, or FileBreaksRulesError with every one.
    """
    broken: list[FileRefusedError] = []
    if size > limits.max_bytes:
        broken.append(FileTooLargeError(limits.max_bytes))
    if pages > limits.max_pages:
        broken.append(TooManyPagesError(pages, limits.max_pages))
    if limits.min_dpi is not None:
        if dpi is None:
            broken.append(ResolutionUnknownError(limits.min_dpi))
        elif dpi < limits.min_dpi:
            broken.append(ResolutionTooLowError(dpi, limits.min_dpi))
    if len(broken) == 1:
        raise broken[0]
    if broken:
        raise FileBreaksRulesError(broken)


@dataclass(frozen=True)
class Grant:
    """A doctor may read a file as long as the review that it belongs to is theirs."""

    application_id: str
    file_id: str
    doctor_id: str
    granted_at: datetime
    until: datetime


def grants_of_review(
    application_id: str,
    doctor_id: str,
    files: Sequence[StoredFile],
    *,
    now: datetime,
    lasting: timedelta,
) -> list[Grant]:
    """What a doctor may read who took an application: these replace all earlier ones of it."""
    return [Grant(application_id, file.id, doctor_id, now, now + lasting) for file in files]


class Reader(StrEnum):
    """As what somebody read."""

    OWNER = "owner"
    DOCTOR = "doctor"


@dataclass(frozen=True)
class Read:
    """Somebody was given a link: one line of the access journal (D2)."""

    id: str
    subject_id: str
    owner_id: str
    reader_id: str
    reader: Reader
    at: datetime


class Kind(StrEnum):
    """What a sealed document is."""

    CERTIFICATE = "certificate"
    TALON = "talon"


class State(StrEnum):
    """A document is queued once and ends in one of the two others."""

    QUEUED = "queued"
    SEALED = "sealed"
    FAILED = "failed"


@dataclass(frozen=True)
class Line:
    """One printed row."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class Order:
    """What to print and who signs. Forgotten once the document is sealed: the PDF has it (C32)."""

    form: str
    title: str
    lines: tuple[Line, ...]
    issued_on: date
    check_url: str
    doctor_id: str | None


@dataclass(frozen=True)
class Signed:
    """One signature of a sealed document."""

    field: str
    signer: str
    certificate_serial: str
    signed_at: datetime


@dataclass(frozen=True)
class SealedContent:
    """A finished PDF."""

    pdf: bytes
    sha256: str
    signatures: tuple[Signed, ...]


@dataclass(frozen=True)
class Document:
    """A document to be sealed, or sealed, or failed. `replaces` is the version before (D4)."""

    id: str
    kind: Kind
    reference_id: str
    owner_id: str
    number: str
    title: str
    revision: int
    queued_at: datetime
    order: Order | None
    replaces: str | None = None
    state: State = State.QUEUED
    version: int = 0
    sha256: str | None = None
    size: int | None = None
    sealed_at: datetime | None = None
    signatures: tuple[Signed, ...] = ()
    failure_code: str | None = None
    failure: str | None = None
    void_at: datetime | None = None
    """Since when it is revoked or cancelled. Kept beside the document: it may be told first."""

    @property
    def void_reason(self) -> str | None:
        """Why it does not count any more, for anybody: the reasons of a person are not named."""
        if self.void_at is None:
            return None
        return {
            Kind.CERTIFICATE: "Справка отозвана и больше не действует.",
            Kind.TALON: "Запись на приём отменена, талон недействителен.",
        }[self.kind]

    def follows(self, previous: Document | None) -> Document:
        """The same document as the next version of `previous`; the old one is kept (D4)."""
        if previous is None:
            return self
        return replace(self, revision=previous.revision + 1, replaces=previous.id)

    def sealed(self, content: SealedContent, now: datetime) -> Document:
        """The document with its stored PDF."""
        return replace(
            self,
            state=State.SEALED,
            version=self.version + 1,
            sha256=content.sha256,
            size=len(content.pdf),
            sealed_at=now,
            signatures=content.signatures,
            order=None,
        )

    def failed(self, code: str, reason: str) -> Document:
        """The document that cannot be made."""
        return replace(
            self,
            state=State.FAILED,
            version=self.version + 1,
            failure_code=code,
            failure=reason,
            order=None,
        )

    def stored(self) -> tuple[str, datetime]:
        """Hash and time of the sealed PDF.

        Raises:
            NotSealedYetError: there is none.
        """
        if self.sha256 is None or self.sealed_at is None:
            raise NotSealedYetError
        return self.sha256, self.sealed_at

    @property
    def file_name(self) -> str:
        """What the PDF is called when it is downloaded."""
        return clean_name(f"{self.title} {self.number}".replace("/", "-"), MediaType.PDF)
