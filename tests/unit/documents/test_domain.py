"""The rules of files and documents: C8, D3, D4, d1, n1–n3."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.sealed.domain import Document, Kind, Order, SealedContent, Signed, State
from services.documents.sealed.errors import NotSealedYetError
from services.documents.settings import MEGABYTE, PURPOSES
from services.documents.uploads.domain.files import (
    MediaType,
    check_limits,
    clean_name,
    object_key,
    sha256_of,
)
from services.documents.uploads.errors import (
    FileBreaksRulesError,
    FileTooLargeError,
    ResolutionTooLowError,
    ResolutionUnknownError,
    TooManyPagesError,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EXTRACT, ATTACHMENT = PURPOSES["card-extract"], PURPOSES["attachment"]


def a_document() -> Document:
    return Document(
        id="d1",
        kind=Kind.CERTIFICATE,
        reference_id="a1",
        owner_id="c1",
        number="086-1",
        title="Справка 086/у",
        revision=1,
        queued_at=NOW,
        order=Order("086u", "Справка 086/у", (), date(2026, 11, 21), "http://x", "doctor"),
    )


CONTENT = SealedContent(b"%PDF-", sha256_of(b"%PDF-"), (Signed("f", "s", "1", NOW),))


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


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Справка.PDF", "Справка.pdf"),
        ("C:\\Users\\me\\скан.jpeg", "скан.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("virus.pdf.exe", "virus.pdf"),
        ("", "документ.pdf"),
        ("...", "документ.pdf"),
        ('a"b\r\nc.pdf', "abc.pdf"),
    ],
)
def test_names_are_safe_and_end_truly(sent: str, kept: str) -> None:
    assert clean_name(sent, MediaType.PDF) == kept


@given(st.text(max_size=300))
def test_any_name_becomes_a_plain_one(name: str) -> None:
    kept = clean_name(name, MediaType.JPEG)
    assert kept.endswith(".jpg")
    assert 4 < len(kept) <= 104
    assert kept.isprintable()
    assert not set('/\\"<>:|?*%') & set(kept)


def test_d3_the_address_of_content_is_its_hash() -> None:
    sha256 = sha256_of(b"content")
    assert object_key(sha256) == f"{sha256[:2]}/{sha256}"
    assert object_key(sha256) != object_key(sha256_of(b"other"))


def test_a_sealed_document_forgets_what_was_printed() -> None:
    """C32: the PDF holds it, the record need not."""
    done = a_document().sealed(CONTENT, NOW)
    assert (done.state, done.version, done.order) == (State.SEALED, 1, None)
    assert done.stored() == (CONTENT.sha256, NOW)


def test_a_failed_document_says_why_and_has_no_pdf() -> None:
    done = a_document().failed("doctor-key-unknown", "Нет ключа.")
    assert (done.state, done.version, done.order) == (State.FAILED, 1, None)
    with pytest.raises(NotSealedYetError):
        done.stored()


def test_d4_a_later_order_is_the_next_version() -> None:
    first = a_document()
    assert first.follows(None) == first
    second = a_document().follows(first)
    assert (second.revision, second.replaces) == (2, first.id)


def test_a_number_with_a_slash_makes_a_file_name() -> None:
    assert a_document().file_name == "Справка 086-у 086-1.pdf"
