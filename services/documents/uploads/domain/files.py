"""Uploads and who may read them: what is accepted, what it is called, what a review opens. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.documents.settings import PurposeLimits
from services.documents.uploads.errors import (
    FileBreaksRulesError,
    FileRefusedError,
    FileTooLargeError,
    ResolutionTooLowError,
    ResolutionUnknownError,
    TooManyPagesError,
)

Position = tuple[datetime, str]
"""Where a page of a list begins: after this time and id, newest first."""

_LONGEST_NAME = 100
_ENDING = re.compile(
    r"(?:^|\.)(?:pdf|jpe?g|jpe|jfif|png|gif|bmp|tiff?|hei[cf]|webp|docx?|odt|rtf|txt|xlsx?|html?|xml"
    r"|zip|rar|7z|exe|com|bat|cmd|js|vbs|scr|lnk|php|svg|p7s|sig)$",
    re.IGNORECASE,
)
"""What a program puts behind a name; «12.11.2026» and «И.О.» end in none."""


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

    `content` differs from what was sent where the file was written anew. `dpi` is the lowest of
    all pages as measured, or None where a page has no scan.
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
    """A file name that is safe to show and to download: no path, no controls, the true ending.

    Only endings that programs give are taken away: a name may have dots of its own.
    """
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in name)
    last = unicodedata.normalize("NFC", spaced).replace("\\", "/").rsplit("/", 1)[-1]
    stem = "".join(c for c in last if c.isprintable() and c not in '"<>:|?*%').strip(" .")
    while (ending := _ENDING.search(stem)) is not None:
        stem = stem[: ending.start()].strip(" .")
    return (stem[:_LONGEST_NAME].strip(" .") or "документ") + media_type.suffix


def check_limits(
    limits: PurposeLimits, *, size: int, pages: int, dpi: int | None, sealed: bool = False
) -> None:
    """Hold a file against the rules of its purpose, all of them at once (C7, C8).

    `size` is the number of bytes as sent. What was `sealed` here is no scan, so it needs no dpi.

    Raises:
        FileRefusedError: the broken rule, or FileBreaksRulesError with every one.
    """
    broken: list[FileRefusedError] = []
    if size > limits.max_bytes:
        broken.append(FileTooLargeError(limits.max_bytes))
    if pages > limits.max_pages:
        broken.append(TooManyPagesError(pages, limits.max_pages))
    if limits.min_dpi is not None and not sealed:
        if dpi is None:
            broken.append(ResolutionUnknownError(limits.min_dpi))
        elif dpi < limits.min_dpi:
            broken.append(ResolutionTooLowError(dpi, limits.min_dpi))
    if len(broken) == 1:
        raise broken[0]
    if broken:
        raise FileBreaksRulesError(broken)


@dataclass(frozen=True)
class Remark:
    """What the person should know of an accepted file while another one can still be sent."""

    code: str
    text: str


def remarks_on(limits: PurposeLimits, dpi: int | None) -> tuple[Remark, ...]:
    """What an accepted file of this purpose will cost: a coarse scan lengthens the term (e3)."""
    if limits.clear_dpi is None or dpi is None or dpi >= limits.clear_dpi:
        return ()
    return (
        Remark(
            "resolution-low",
            f"Разрешение скана {dpi} dpi, меньше {limits.clear_dpi} dpi: документ трудно "
            "прочитать, и срок рассмотрения заявления увеличится. Чтобы этого не произошло, "
            "отсканируйте документ с разрешением 300 dpi или сфотографируйте его так, чтобы лист "
            "занимал весь кадр, и загрузите снова.",
        ),
    )


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
