"""Where content lives and what it is called: D3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.access.domain.content import MediaType, clean_name, object_key, sha256_of


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
