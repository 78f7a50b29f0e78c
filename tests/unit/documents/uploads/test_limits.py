"""What is accepted for which purpose: C6, C8, d1, n1–n3."""

from __future__ import annotations

import pytest

from services.documents.uploads.domain.limits import MEGABYTE, PURPOSES, check_limits
from services.documents.uploads.errors import (
    FileBreaksRulesError,
    FileTooLargeError,
    ResolutionTooLowError,
    ResolutionUnknownError,
    TooManyPagesError,
)

EXTRACT, ATTACHMENT = PURPOSES["card-extract"], PURPOSES["attachment"]


def test_n1_five_megabytes_are_allowed_and_one_byte_more_is_not() -> None:
    check_limits(ATTACHMENT, size=5 * MEGABYTE, pages=1, dpi=None)
    with pytest.raises(FileTooLargeError, match="5 МБ"):
        check_limits(ATTACHMENT, size=5 * MEGABYTE + 1, pages=1, dpi=None)


def test_n3_the_extract_has_two_megabytes_and_300_dpi() -> None:
    check_limits(EXTRACT, size=2 * MEGABYTE, pages=1, dpi=300)
    with pytest.raises(FileTooLargeError, match="2 МБ"):
        check_limits(EXTRACT, size=2 * MEGABYTE + 1, pages=1, dpi=300)
    with pytest.raises(ResolutionTooLowError, match="299 dpi"):
        check_limits(EXTRACT, size=1, pages=1, dpi=299)
    with pytest.raises(ResolutionUnknownError, match="300 dpi"):
        check_limits(EXTRACT, size=1, pages=1, dpi=None)
    with pytest.raises(TooManyPagesError, match="31 стр"):
        check_limits(EXTRACT, size=1, pages=31, dpi=300)


def test_c6_all_broken_rules_are_named_at_once() -> None:
    with pytest.raises(FileBreaksRulesError) as caught:
        check_limits(EXTRACT, size=3 * MEGABYTE, pages=40, dpi=72)
    assert [e.code for e in caught.value.errors] == [
        "file-too-large",
        "too-many-pages",
        "resolution-too-low",
    ]
