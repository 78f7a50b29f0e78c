"""A signature that does not fit is refused before anything is written."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

import pytest

from services.sealing.errors import SignatureTooLargeError
from services.sealing.pdf.slot import Slot, open_slot, trailer

WHEN = datetime(2026, 11, 21, tzinfo=UTC)


def slot(reserve: int = 10) -> Slot:
    return open_slot(
        b"%PDF-1.7\n",
        b"1 0 obj\n<<>>\nendobj\n",
        known=0,
        number=2,
        when=WHEN,
        protection=b"",
        finish=lambda _, xref_at: trailer(3, 1, b"", xref_at),
        reserve=reserve,
    )


def test_contents_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SignatureTooLargeError, match="11 байт, зарезервировано 10"):
        slot().filled(bytes(11))


def test_the_largest_contents_fit_exactly() -> None:
    assert b"<" + b"ff" * 10 + b">" in slot().filled(b"\xff" * 10)


def test_the_byte_range_leaves_out_the_contents_and_nothing_else() -> None:
    opened = slot()
    pdf = opened.filled(b"\xab\xcd")
    found = re.search(rb"ByteRange\[0 (\d+) (\d+) (\d+)\]", pdf)
    assert found is not None
    start, end, rest = map(int, found.groups())
    assert pdf[start:end] == b"<abcd" + b"0" * 16 + b">"
    assert end + rest == len(pdf)
    assert opened.digest(hashlib.sha256()) == hashlib.sha256(pdf[:start] + pdf[end:]).digest()
