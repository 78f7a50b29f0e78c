"""What a file is called, whatever program wrote its name into the form."""

from __future__ import annotations

import base64
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.access.domain.content import MediaType, clean_name
from services.documents.uploads.api.names import read_disposition

NAME = "Справка №5.pdf"
PLAIN = "Справка.pdf"


def encoded(text: str, charset: str = "utf-8") -> bytes:
    return quote(text.encode(charset)).encode()


def encoded_word(text: str, charset: str = "utf-8") -> bytes:
    return b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(text.encode(charset)))


def misread(text: str, right: str, wrong: str) -> bytes:
    return text.encode(right).decode(wrong).encode()


WRITTEN = {
    "utf-8": (b'filename="%s"' % NAME.encode(), NAME),
    "without quotes": (b"filename=%s" % PLAIN.encode(), PLAIN),
    "filename* only": (b"filename*=UTF-8''" + encoded(NAME), NAME),
    "filename* with a language": (b"filename*=utf-8'ru'" + encoded(NAME), NAME),
    "filename* before filename": (
        b"filename=\"document.pdf\"; filename*=UTF-8''" + encoded(NAME),
        NAME,
    ),
    "filename* in quotes": (b"filename*=\"UTF-8''" + encoded(NAME) + b'"', NAME),
    "filename* in cp1251": (b"filename*=windows-1251''" + encoded(NAME, "cp1251"), NAME),
    "filename* in no charset": (b"filename*=nonsense''" + encoded(NAME), NAME),
    "an empty filename*": (b"filename=\"%s\"; filename*=UTF-8''" % PLAIN.encode(), PLAIN),
    "in pieces": (
        b"filename*0*=UTF-8''%s; filename*1*=%s" % (encoded(NAME[:5]), encoded(NAME[5:])),
        NAME,
    ),
    "encoded word": (b'filename="%s"' % encoded_word(NAME), NAME),
    "encoded word in cp1251": (b'filename="%s"' % encoded_word(NAME, "windows-1251"), NAME),
    "encoded words": (
        b'filename="%s %s"' % (encoded_word(NAME[:6]), encoded_word(NAME[6:])),
        NAME,
    ),
    "cp1251": (b'filename="%s"' % NAME.encode("cp1251"), NAME),
    "koi8-r": (b'filename="%s"' % PLAIN.encode("koi8-r"), PLAIN),
    "cp866": (b'filename="%s"' % PLAIN.encode("cp866"), PLAIN),
    "utf-8 read as latin-1": (b'filename="%s"' % misread(PLAIN, "utf-8", "latin-1"), PLAIN),
    "cp1251 read as latin-1": (b'filename="%s"' % misread(PLAIN, "cp1251", "latin-1"), PLAIN),
    "percent signs": (b'filename="%s"' % encoded(NAME), NAME),
    "character references": (
        b'filename="%s"' % "".join(f"&#{ord(c)};" for c in PLAIN).encode(),
        PLAIN,
    ),
    "NFD": (b'filename="%s"' % unicodedata.normalize("NFD", "Йод, ёж.pdf").encode(), "Йод, ёж.pdf"),
    "another language": ('filename="Résumé médical.pdf"'.encode(), "Résumé médical.pdf"),
    "a semicolon": ('filename="а; name=б.pdf"'.encode(), "а; name=б.pdf"),
    "quotes": (b'filename="a\\"b%22.pdf"', 'a"b".pdf'),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_name_is_read_however_it_was_written(way: str) -> None:
    header, expected = WRITTEN[way]
    found = read_disposition(b'form-data; name="file"; ' + header)
    assert (found.name, found.file_name) == ("file", expected)


def test_a_field_has_no_file_name_and_an_empty_one_is_one() -> None:
    assert read_disposition(b'form-data; name="purpose"').file_name is None
    assert read_disposition(b'form-data; name="file"; filename=""').file_name == ""


@given(st.binary(max_size=200))
def test_whatever_stands_there_is_some_name(header: bytes) -> None:
    for value in (b'filename="%s"' % header, b"filename*=" + header, header):
        name = read_disposition(b'form-data; name="file"; ' + value).file_name
        clean_name(name or "", MediaType.PDF).encode()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Анализ от 12.11.2026", "Анализ от 12.11.2026.pdf"),
        ("Выписка Иванов И.И.", "Выписка Иванов И.И.pdf"),
        ("Заключение v1.2.pdf", "Заключение v1.2.pdf"),
        ("Выписка.docx", "Выписка.pdf"),
        ("virus.pdf.exe", "virus.pdf"),
        (".pdf", "документ.pdf"),
        ("Справка\u00a0086\u202fу.PDF", "Справка 086 у.pdf"),
        ("и\u0306од.pdf", "йод.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
    ],
)
def test_a_name_keeps_its_own_dots_and_spaces_and_loses_endings(sent: str, kept: str) -> None:
    assert clean_name(sent, MediaType.PDF) == kept
