"""Uploads: what is accepted for which purpose, how much of whom, and who may read it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.documents.access.domain.content import MediaType
from services.documents.uploads.errors import (
    FileBreaksRulesError,
    FileRefusedError,
    FileTooLargeError,
    ResolutionTooLowError,
    ResolutionUnknownError,
    TooManyPagesError,
    UploadQuotaError,
)

MEGABYTE = 1024 * 1024
_ZONE = ZoneInfo("Europe/Moscow")
_MONTHS = 12


@dataclass(frozen=True)
class PurposeLimits:
    """What an upload for one purpose may be.

    A scan below `clear_dpi` is taken, and its person is told that the check takes longer (e3): the
    catalogue of certificates says the same as `extra_check_below_dpi`.
    """

    title: str
    max_bytes: int = 5 * MEGABYTE
    min_dpi: int | None = None
    clear_dpi: int | None = 150
    max_pages: int = 30

    def __post_init__(self) -> None:
        given = (self.max_bytes, self.min_dpi, self.clear_dpi, self.max_pages)
        if any(limit is not None and limit <= 0 for limit in given):
            message = "a limit is a positive number"
            raise ValueError(message)


PURPOSES: Mapping[str, PurposeLimits] = {
    "attachment": PurposeLimits(title="Документ к заявлению"),
    "card-extract": PurposeLimits(
        title="Выписка из медицинской карты", max_bytes=2 * MEGABYTE, min_dpi=300
    ),
}


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
    sent_size: int | None = None
    """Bytes as sent, which is what limits are about. Unknown of the first uploads ever."""
    actor_id: str | None = None
    """Who sent it for the owner, where they did not themselves."""
    revision: int = 0
    version: int = 0


@dataclass(frozen=True)
class Remark:
    """What the person should know of an accepted file while another one can still be sent."""

    code: str
    text: str


@dataclass(frozen=True)
class Grant:
    """A doctor may read a file as long as the review that it belongs to is theirs."""

    application_id: str
    file_id: str
    doctor_id: str
    granted_at: datetime
    until: datetime


@dataclass(frozen=True)
class Quota:
    """What one person may store in a month. An application has some ten documents."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Stored:
    """What one person has stored in a month (its first day), whatever became of it since."""

    month: date
    files: int = 0
    bytes: int = 0

    @property
    def ends_at(self) -> datetime:
        """When the next month begins."""
        months = self.month.year * _MONTHS + self.month.month
        following = date(months // _MONTHS, months % _MONTHS + 1, 1)
        return datetime.combine(following, time(), _ZONE).astimezone(UTC)

    def plus(self, size: int) -> Stored:
        """With one file more."""
        return replace(self, files=self.files + 1, bytes=self.bytes + size)

    def check(self, quota: Quota, now: datetime) -> None:
        """Hold it against the quota.

        Raises:
            UploadQuotaError: it is more.
        """
        if self.files > quota.files or self.bytes > quota.bytes:
            rest = max(1, math.ceil((self.ends_at - now).total_seconds()))
            again = self.ends_at.astimezone(_ZONE).date()
            raise UploadQuotaError(quota.files, quota.bytes, again, rest)


def month_of(now: datetime) -> date:
    """The first day of the month that a time is in."""
    return now.astimezone(_ZONE).date().replace(day=1)


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
