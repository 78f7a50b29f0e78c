"""Any text of the fonts is printed and copied out the same; anything else is refused by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.world import verify_pdf
from services.sealing.errors import DoesNotFitError, UnprintableTextError
from services.sealing.fonts import Coverage, Face, PdfFont, characters, pdf_font
from services.sealing.keys import CertificateInfo
from services.sealing.layout import Layout, Row
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.lines import wrap
from services.sealing.pdf.template import Template
from services.sealing.text import normalised

#: letters that Russian lacks: Abaza, Altai, Bashkir, Chechen, Chukchi, Chuvash, Khakas, Komi, Mari,
#: Nenets, Ossetian, Sakha, Tatar, Tuvan, Udmurt and others
PEOPLES = "ӀӏӃӄӇӈЎўҤҥӦӧӰӱҢңӨөҮүҺһҒғҘҙҠҡҪҫӘәҖҗҔҕӐӑӖӗӲӳІіӜӝӞӟӤӥӴӵӸӹӒӓӪӫӬӭӉӊӅӆӍӎҎҏҚқҲҳӶӷԒԓЈјӢӣӮӯҸҹ"

DOCTOR = CertificateInfo(
    "Иванова М. П.", "0A1B", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
)
FORM = Layout("test", "Проверка", (Row("value", "Значение", 8),), "Поликлиника", attachment=None)
TEMPLATES = {coverage: Template(FORM, DOCTOR, coverage) for coverage in Coverage}


def printed(text: str, coverage: Coverage) -> str:
    facts = Facts("1", "", "http://x/1", None, DOCTOR, datetime(2026, 11, 21, tzinfo=UTC), 64)
    pdf = TEMPLATES[coverage].render({"value": text}, facts).filled(b"")
    return verify_pdf.text(pdf)


def squeezed(text: str) -> str:
    """Without white space: a reader of PDFs guesses it from positions."""
    return re.sub(r"\s+", "", text)


@settings(max_examples=60)
@given(st.data(), st.sampled_from(Coverage))
def test_any_text_of_the_subset_is_copied_out_identical(
    data: st.DataObject, coverage: Coverage
) -> None:
    """C26: level U of PDF/A, every glyph has its Unicode value."""
    # a hyphen at the end of a line is taken for a word division by readers
    alphabet = sorted(characters(coverage) - set("-\u00ad‐‑"))
    text = data.draw(st.text(alphabet=alphabet, min_size=1, max_size=120))
    assert squeezed(text) in squeezed(printed(text, coverage))


def test_every_single_character_of_the_fonts_is_copied_out() -> None:
    for coverage in Coverage:
        alphabet = sorted(characters(coverage) - set("-\u00ad‐‑ \u00a0"))
        for at in range(0, len(alphabet), 90):
            part = " ".join(alphabet[at : at + 90])
            assert squeezed(part) in squeezed(printed(part, coverage))


def test_letters_of_the_peoples_of_russia_are_covered() -> None:
    assert set(PEOPLES) <= characters(Coverage.WIDE)


def test_the_core_covers_russian_and_ascii_only() -> None:
    assert characters(Coverage.CORE) < characters(Coverage.WIDE)
    assert pdf_font(Face.REGULAR, Coverage.CORE).covers("Съешь ещё этих мягких булок, №1")
    assert not pdf_font(Face.REGULAR, Coverage.CORE).covers("Ӄ")


def test_a_character_outside_the_coverage_is_never_printed_as_another() -> None:
    with pytest.raises(UnprintableTextError, match=r"«Ӄ» \(U\+04C3\)"):
        printed("Ӄывлэ", Coverage.CORE)


def test_a_text_longer_than_its_row_is_refused_naming_the_row() -> None:
    with pytest.raises(DoesNotFitError, match="Значение"):
        printed("слово " * 200, Coverage.CORE)


def test_a_form_higher_than_a_page_is_refused_when_it_is_built() -> None:
    rows = tuple(Row(str(i), f"Строка {i}", 3) for i in range(30))
    with pytest.raises(DoesNotFitError):
        Template(Layout("long", "Длинная форма", rows, "Поликлиника"), DOCTOR)


@given(st.text(alphabet="абвгд ёжз", max_size=200), st.floats(min_value=20, max_value=400))
def test_lines_are_not_wider_than_allowed_and_lose_nothing(text: str, width: float) -> None:
    font: PdfFont = pdf_font(Face.REGULAR, Coverage.CORE)
    lines = wrap(font, text, 10, width)
    assert squeezed("".join(lines)) == squeezed(text)
    assert all(font.width(line, 10) <= width for line in lines)


def test_values_have_one_unicode_form() -> None:
    assert normalised("и\u0306\r\nа\tб ") == "й\nа б"


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\u200b", "\u202e", "\ufeff", "\ue000", "\udc80"])
def test_invisible_characters_are_refused(bad: str) -> None:
    with pytest.raises(UnprintableTextError) as refused:
        normalised(f"а{bad}б")
    assert refused.value.code == "unprintable-text"
