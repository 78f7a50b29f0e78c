"""Stored content: what it is, where it lives, what it is called, how it is shown. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.chassis.foundation.text import tidied

_LONGEST_SENT, _LONGEST_KEPT = 1000, 100
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


@dataclass(frozen=True)
class Content:
    """Stored bytes: where they are and what they are called."""

    bucket: str
    sha256: str
    name: str
    media_type: MediaType


@dataclass(frozen=True)
class Link:
    """A signed address, until when it works, what its content must hash to and is called."""

    url: str
    expires_at: datetime
    sha256: str
    name: str


class Shown(StrEnum):
    """On which occasion somebody is shown a file or a document (D2)."""

    LINK = "link"
    SEEN = "seen"
    MAIL = "mail"


SHOWN_LABELS: Mapping[str, str] = {
    Shown.LINK: "Выдана ссылка для скачивания",
    Shown.SEEN: "Открыты сведения о файле",
    Shown.MAIL: "Отправлен на подтверждённую почту",
}


class Thing(StrEnum):
    """What is shown, in the journal of looks."""

    FILE = "file"
    DOCUMENT = "document"


def sha256_of(content: bytes) -> str:
    """The content's name: lower-case hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def object_key(sha256: str) -> str:
    """Where content lives in its bucket: its hash is its address, so it cannot be replaced (D3)."""
    return f"{sha256[:2]}/{sha256}"


def clean_name(name: str, media_type: MediaType) -> str:
    """A file name that is safe to show and to download: no path, no controls, the true ending.

    Only endings that programs give are taken away: a name may have dots of its own.
    """
    last = tidied(name[-_LONGEST_SENT:]).replace("\\", "/").rsplit("/", 1)[-1]
    stem = "".join(c for c in last if c.isprintable() and c not in '"<>:|?*%').strip(" .")
    while (ending := _ENDING.search(stem)) is not None:
        stem = stem[: ending.start()].strip(" .")
    return (stem[:_LONGEST_KEPT].strip(" .") or "документ") + media_type.suffix
