"""What is accepted for which purpose, from whom, and how a file is held against that. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.roles import Role
from services.documents.uploads.errors import (
    FileBreaksRulesError,
    FileRefusedError,
    FileTooLargeError,
    ResolutionTooLowError,
    ResolutionUnknownError,
    TooManyPagesError,
)

MEGABYTE = 1024 * 1024
RESULT = "result"
"""What a doctor finds, and attaches to an application that they hold (C21)."""


@dataclass(frozen=True)
class PurposeLimits:
    """What an upload for one purpose may be.

    A scan below `clear_dpi` is taken, and its person is told that the check takes longer (e3): the
    catalogue of certificates says the same as `extra_check_below_dpi`. Whoever is `by` sends such
    files; where they are usually `signed`, its person is told that this one is not (n3).
    """

    title: str
    max_bytes: int = 5 * MEGABYTE
    min_dpi: int | None = None
    clear_dpi: int | None = 150
    max_pages: int = 30
    signed: bool = False
    by: Role = Role.CITIZEN

    def __post_init__(self) -> None:
        given = (self.max_bytes, self.min_dpi, self.clear_dpi, self.max_pages)
        if any(limit is not None and limit <= 0 for limit in given):
            message = "a limit is a positive number"
            raise ValueError(message)


PURPOSES: Mapping[str, PurposeLimits] = {
    "attachment": PurposeLimits(title="Документ к заявлению"),
    "card-extract": PurposeLimits(
        title="Выписка из медицинской карты", max_bytes=2 * MEGABYTE, min_dpi=300, signed=True
    ),
    RESULT: PurposeLimits(title="Результат обследования", clear_dpi=None, by=Role.DOCTOR),
}


def check_limits(
    limits: PurposeLimits, *, size: int, pages: int, dpi: int | None, electronic: bool = False
) -> None:
    """Hold a file against the rules of its purpose, all of them at once (C7, C8).

    `size` is the number of bytes as sent. An `electronic` document, which was sealed here or whose
    signatures are good, need not be a scan; what it has of scans has to be fine enough (n3).

    Raises:
        FileRefusedError: the broken rule, or FileBreaksRulesError with every one.
    """
    broken: list[FileRefusedError] = []
    if size > limits.max_bytes:
        broken.append(FileTooLargeError(limits.max_bytes))
    if pages > limits.max_pages:
        broken.append(TooManyPagesError(pages, limits.max_pages))
    if limits.min_dpi is not None:
        if dpi is None and not electronic:
            broken.append(ResolutionUnknownError(limits.min_dpi))
        elif dpi is not None and dpi < limits.min_dpi:
            broken.append(ResolutionTooLowError(dpi, limits.min_dpi))
    if len(broken) == 1:
        raise broken[0]
    if broken:
        raise FileBreaksRulesError(broken)
