"""Letters as the standard library reads them: every text arrives, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.delivery.gateways.letter import Letters, header
from services.notifier.templates.domain.content import Attachment, Content

LETTERS = Letters("no-reply@zdorovie.example", "Моё здоровье")
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def read(content: Content) -> EmailMessage:
    raw = LETTERS.write(content, message_id="<m-1@zdorovie.example>", to="a@example.org", now=NOW)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.endswith(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    return message_from_bytes(raw, policy=modern)


def test_the_head_says_who_when_and_that_nobody_wrote_it() -> None:
    letter = read(Content("Справка готова", "Готово", "Скачать", "https://x", html="<p>Готово</p>"))
    assert letter["From"] == "Моё здоровье <no-reply@zdorovie.example>"
    assert (letter["To"], letter["Message-ID"]) == ("a@example.org", "<m-1@zdorovie.example>")
    assert letter["Date"].datetime == NOW
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "ru"
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@given(text=TEXTS, html=st.none() | TEXTS.filter(bool))
def test_every_text_arrives(text: str, html: str | None) -> None:
    """Dots, long lines, boundaries and line ends of any kind: they are text."""
    letter = read(Content("Готово", text, "Скачать", "https://x", html=html))
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert not letter.defects
    assert _lines(plain.get_content()) == _lines(text)
    if html is not None:
        shown = letter.get_body(("html",))
        assert shown is not None
        assert _lines(shown.get_content()) == _lines(html)


@given(content=st.binary(max_size=300), html=st.none() | st.just("<p>Готово</p>"))
def test_a38_a_file_arrives_byte_for_byte_beside_the_text(content: bytes, html: str | None) -> None:
    file = Attachment.of("talon.pdf", "application/pdf", content)
    letter = read(Content("Талон", "Готово", "Скачать", "https://x", html, (file,)))
    assert not letter.defects
    (found,) = letter.iter_attachments()
    assert (found.get_filename(), found.get_content_type()) == ("talon.pdf", "application/pdf")
    assert found.get_payload(decode=True) == content
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert _lines(plain.get_content()) == "Готово"
    assert (letter.get_body(("html",)) is None) == (html is None)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").removesuffix("\n")


@given(text=TEXTS)
def test_a_header_is_one_header_whatever_it_says(text: str) -> None:
    """No text of a title ends its line, nor is taken for an encoded word that it is not."""
    line = header(text)
    assert line.isascii()
    assert all(part.startswith(" ") for part in line.split("\r\n")[1:])
    assert "\n" not in line.replace("\r\n", "")
    raw = f"Subject: {line}\r\nTo: a@example.org\r\n\r\n".encode()
    letter = message_from_bytes(raw, policy=modern)
    assert letter.keys() == ["Subject", "To"]
    printable = "".join(c for c in text if c.isprintable())
    if printable == text and text == " ".join(text.split(" ")).strip():
        assert str(letter["Subject"]) == text
