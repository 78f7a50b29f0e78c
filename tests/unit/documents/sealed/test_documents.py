"""What a sealed document goes through: C32, D4."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.documents.access.domain.content import sha256_of
from services.documents.sealed.domain import (
    Document,
    Failure,
    Kind,
    Order,
    SealedContent,
    Signed,
    State,
)
from services.documents.sealed.errors import AnothersDocumentError, NotSealedYetError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_document() -> Document:
    return Document(
        id="d1",
        kind=Kind.CERTIFICATE,
        reference_id="a1",
        owner_id="c1",
        number="086-1",
        title="Справка 086/у",
        edition=1,
        queued_at=NOW,
        order=Order("086u", "Справка 086/у", (), date(2026, 11, 21), "http://x", "doctor"),
    )


CONTENT = SealedContent(b"%PDF-", sha256_of(b"%PDF-"), (Signed("f", "s", "1", NOW),))


def test_a_sealed_document_forgets_what_was_printed() -> None:
    """C32: the PDF holds it, the record need not."""
    done = a_document().with_content(CONTENT, NOW)
    assert (done.state, done.order) == (State.SEALED, None)
    stored = done.stored()
    assert (stored.sha256, stored.size, stored.sealed_at) == (CONTENT.sha256, 5, NOW)


def test_a_failed_document_says_why_and_has_no_pdf() -> None:
    done = a_document().failed(Failure("doctor-key-unknown", "Нет ключа."))
    assert (done.state, done.order) == (State.FAILED, None)
    with pytest.raises(NotSealedYetError):
        done.stored()


def test_d4_a_later_order_is_the_next_edition() -> None:
    first = a_document()
    assert first.follows(None) == first
    second = a_document().follows(first)
    assert (second.edition, second.replaces) == (2, first.id)
    with pytest.raises(AnothersDocumentError):
        replace(second, owner_id="another").follows(first)


def test_a_number_with_a_slash_makes_a_file_name() -> None:
    assert a_document().file_name == "Справка 086-у 086-1.pdf"
