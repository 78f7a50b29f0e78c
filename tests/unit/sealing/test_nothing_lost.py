"""What was accepted stands in the file: all of it, in its column, label by label, in order.

Both engines, compared with what a reader of PDFs copies out. The fixed writer may refuse (the
general engine takes over then), it may not cut.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.chassis.foundation.printable import PRINTABLE
from services.sealing import Layout, Row
from services.sealing.errors import DoesNotFitError
from services.sealing.fonts import Coverage, characters
from services.sealing.keys import CertificateInfo
from services.sealing.layout import TALON
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.general import GeneralTemplate
from services.sealing.pdf.page import STAMP_TITLE, signer_lines
from services.sealing.pdf.template import Template
from services.sealing.text import normalised

# readers of PDFs guess white space from positions, and take a hyphen at the end of a line for a
# word division
_GUESSED = re.compile(r"[\s\u00ad\ufffe\x02‐‑-]+")
#: the letters of labels only: their column can be told from the values' by them
_OF_LABELS = "ЩЮЖ"
_COLUMN, _EDGES = 57 + 165, (56, 540)
_WHEN = datetime(2026, 11, 21, tzinfo=UTC)
_URL = "http://127.0.0.1:8080/verify/263K-M65Q-36CC"


@dataclass(frozen=True)
class Paper:
    """Everything that is printed."""

    layout: Layout
    values: Mapping[str, str]
    doctor: CertificateInfo
    organisation: CertificateInfo

    @property
    def facts(self) -> Facts:
        """What is printed around the values."""
        line = "№ 263K-M65Q-36CC от 21.11.2026" if self.layout.number_line else ""
        doctor = self.doctor if self.layout.doctor_signs else None
        return Facts("263K-M65Q-36CC", line, _URL, None, doctor, _WHEN, 64)

    @property
    def expected(self) -> str:
        """The text in reading order, row by row."""
        layout, stamp = self.layout, ""
        if layout.stamp:
            stamp = STAMP_TITLE + signer_lines("Врач", self.doctor)
            stamp += signer_lines("Организация", self.organisation)
        rows = [f"{row.label} {self.values[row.key]}" for row in layout.rows]
        parts = (
            *(self.values.get(layout.head, ""), layout.organisation, layout.details),
            *(layout.title, self.facts.number_line, *rows, stamp),
            *(layout.check_line.format(url=_URL), layout.footer),
        )
        return squeezed("".join(parts))

    def fixed(self) -> bytes:
        """By the fixed writer."""
        template = Template(self.layout, self.organisation, Coverage.WIDE)
        return template.render(self.values, self.facts).filled(b"")

    def general(self) -> bytes:
        """By the general engine."""
        return GeneralTemplate(self.layout, self.organisation).unsigned(self.values, self.facts)


def squeezed(text: str) -> str:
    """Without what readers guess."""
    return _GUESSED.sub("", text)


def certificate(name: str) -> CertificateInfo:
    return CertificateInfo(name, "0A1B", _WHEN, _WHEN)


def check(pdf: bytes, paper: Paper) -> None:
    """The text is all there, in order; no letter stands outside of its column or the page."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage() for page in document]
    read = [squeezed(page.get_text_range()) for page in pages]
    if len(pages) > 1:
        person = paper.values.get(paper.layout.person)
        running = squeezed(f"{paper.layout.title} № 263K-M65Q-36CC · {person}")
        for number, text in enumerate(read, start=1):
            assert (running in text) == (number > 1)
            line = squeezed(f"Страница {number} из {len(pages)}")
            assert text.count(line) == 1
            read[number - 1] = text.replace(running, "", 1).replace(line, "", 1)
    if len(pages) == 1:
        assert read == [paper.expected]
    # a row that two pages share is read page by page: its label, its value, and the rest of both
    for letters in (f"[{_OF_LABELS}]", f"[^{_OF_LABELS}]"):
        assert re.findall(letters, "".join(read)) == re.findall(letters, paper.expected)
    for page in pages:
        for index in range(page.count_chars()):
            left, bottom, right, top = page.get_charbox(index, loose=True)
            char = page.get_text_range(index, 1)
            if not char.strip() or right == left:
                continue
            assert left >= _EDGES[0], (char, left)
            assert right <= (_COLUMN if char in _OF_LABELS else _EDGES[1]), (char, right)
            assert 10 < bottom < top < 832, (char, bottom, top)
    document.close()


_MARKS = {char for char in PRINTABLE if unicodedata.combining(char)}
_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё№«»,.:; 0123456789WМ"
_OWN = "".join(sorted(characters(Coverage.WIDE) - {*_OF_LABELS, "\u00a0", *"-‐‑"}))
_ANY = "".join(sorted(PRINTABLE - _MARKS - {*_OF_LABELS, "\u00a0", *"-‐‑"}))


@st.composite
def texts(draw: st.DrawFn, alphabet: str) -> str:
    """Words of 1 to 250 letters on up to four lines, as they pass the edge."""
    letters = draw(st.text(alphabet=alphabet, min_size=1, max_size=60)) * draw(st.integers(1, 5))
    breaks = draw(st.lists(st.tuples(st.integers(1, 250), st.sampled_from(" \n")), max_size=4))
    for at, space in breaks:
        letters = letters[:at] + space + letters[at:]
    text = normalised(letters)
    assume(text)
    return text


@st.composite
def papers(draw: st.DrawFn, alphabet: str) -> Paper:
    """A form of 1 to 30 rows, long names everywhere."""
    labels = draw(st.lists(texts(_OF_LABELS), min_size=1, max_size=2))
    values = draw(st.lists(texts(alphabet), min_size=1, max_size=3))
    names = draw(st.lists(texts(_RUSSIAN), min_size=1, max_size=2))
    count, lines = draw(st.integers(1, 30)), draw(st.integers(1, 12))
    layout = Layout(
        name="test",
        title=names[0],
        rows=tuple(Row(str(i), labels[i % len(labels)], lines) for i in range(count)),
        organisation=names[-1],
        details=names[0],
        footer=names[-1],
        attachment=None,
        person="0",
    )
    printed = {row.key: values[i % len(values)] for i, row in enumerate(layout.rows)}
    return Paper(layout, printed, certificate(names[0]), certificate(names[-1]))


_SLOW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])


@_SLOW
@given(st.sampled_from([_RUSSIAN, _ANY]).flatmap(papers))
def test_the_general_engine_loses_nothing(paper: Paper) -> None:
    check(paper.general(), paper)


@_SLOW
@given(papers(_OWN))
def test_the_fixed_writer_loses_nothing_that_it_takes(paper: Paper) -> None:
    with suppress(DoesNotFitError):
        check(paper.fixed(), paper)


def a_paper(value: str, **changed: Any) -> Paper:
    """One row with a value."""
    layout = Layout("test", "Справка", (Row("0", "ЖЩ", 12),), "Больница", person="0")
    someone = certificate("Орлова Мария Викторовна")
    return Paper(replace(layout, **changed), {"0": value}, someone, someone)


@pytest.mark.parametrize("engine", [Paper.fixed, Paper.general])
@pytest.mark.parametrize(
    "value",
    ["ш" * 250, "Щ".lower() * 57, "W" * 300, "(" * 250, "а" * 30 + "\n" + "б " * 200, "№" * 100],
)
def test_a_word_wider_than_its_column_is_broken(
    engine: Callable[[Paper], bytes], value: str
) -> None:
    paper = a_paper(value)
    check(engine(paper), paper)


@pytest.mark.parametrize("engine", [Paper.fixed, Paper.general])
@pytest.mark.parametrize("word", ["0000000000««", "0000000000(", ")0000000000", ",0000000000"])
def test_words_that_no_line_may_part_are_broken_like_one(
    engine: Callable[[Paper], bytes], word: str
) -> None:
    """A line ends at no space that follows an opening mark or is followed by a closing one."""
    paper = a_paper(" ".join([word] * 9), title=" ".join([word] * 9))
    check(engine(paper), paper)


@pytest.mark.parametrize("engine", [Paper.fixed, Paper.general])
@pytest.mark.parametrize("field", ["title", "organisation", "details", "footer"])
def test_what_is_around_the_table_is_wrapped_too(
    engine: Callable[[Paper], bytes], field: str
) -> None:
    paper = a_paper("да", **{field: "ш" * 250 + " Городская больница имени " * 9})
    check(engine(paper), paper)


@pytest.mark.parametrize("engine", [Paper.fixed, Paper.general])
def test_names_of_signers_are_printed_whole(engine: Callable[[Paper], bytes]) -> None:
    name = "Константинопольская-Преображенская Александра Константиновна"
    paper = replace(a_paper("да"), doctor=certificate(f"{name} {name}"))
    paper = replace(paper, organisation=certificate(f"Больница имени {name} " * 4))
    check(engine(paper), paper)


@pytest.mark.parametrize("engine", [Paper.fixed, Paper.general])
def test_a_talon_begins_with_the_clinic_of_the_visit(engine: Callable[[Paper], bytes]) -> None:
    values = {row.key: "да" for row in TALON.rows} | {TALON.head: "Поликлиника № 3 имени " * 4}
    someone = certificate("Городская поликлиника № 45")
    paper = Paper(TALON, values, someone, someone)
    assert "45" not in paper.expected
    # its labels are real words: only the order is compared
    document = pypdfium2.PdfDocument(engine(paper))
    assert squeezed(document[0].get_textpage().get_text_range()) == paper.expected


@pytest.mark.parametrize(
    "text",
    [
        "Лейкоциты 6,2×10⁹/л, эритроциты 4,5×10¹²/л, B₁₂ 10⁻³",
        "Αλέξανδρος-5, Ωμέγα 7 и Łódź 12",
        "Соро́кина 3 А̄н 4, flat fig x̂",
        "36,6 ↑ 120 ≥ 80 ♀ 5",
    ],
)
def test_no_digit_leaves_its_typeface_and_no_word_mixes_two(text: str) -> None:
    document = pypdfium2.PdfDocument(a_paper(text).general())
    page = document[0].get_textpage()
    read = page.get_text_range()
    assert squeezed(text) in squeezed(read)
    digits = {face(page, found.start()) for found in re.finditer(r"[\d⁻]", read)}
    assert digits <= {"PTSans-Regular", "PTSans-Bold", "DokumentIndices-Regular"}
    for word in re.finditer(r"[^\W\d_]+", read):
        assert len({face(page, index) for index in range(*word.span())}) == 1, word[0]


def face(page: pypdfium2.PdfTextPage, index: int) -> str:
    """The name of the font of a character, without the mark of a subset."""
    name = ctypes.create_string_buffer(128)
    pypdfium2.raw.FPDFText_GetFontInfo(page, index, name, 128, ctypes.c_int())
    return name.value.decode().partition("+")[2]
