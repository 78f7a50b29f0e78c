"""What is printed where: C31, C32, A7. Layouts are data and do not depend on values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services import scheduling
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.documents.sealed.domain import Line, Order, Organisation, Place, talon_lines
from services.documents.sealed.gateways.layouts import paper_of
from services.sealing.keys import CertificateInfo
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.template import Template
from tests.support.services.certificates.builders import CATALOGUE, CLINIC

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEALING = Organisation("Поликлиника № 1", "ИНН 7707083893")
ROWS = (
    Line("number", "Номер", "086-1"),
    Line("issued_on", "Дата выдачи", "21.11.2026"),
    Line("full_name", "ФИО", "Соколова Анна Сергеевна"),
    Line("conclusion", "Заключение", "Годна."),
    Line("organisation", "Организация", "ГБУЗ «Поликлиника № 7»"),
    Line("organisation_address", "Адрес", "Донская, 1"),
    Line("organisation_details", "Реквизиты", "ОГРН 1"),
)


def an_order(lines: tuple[Line, ...] = ROWS, form: str = "086u") -> Order:
    return Order(form, "Справка", lines, date(2026, 11, 21), "http://x/verify/1", "doctor")


def test_c31_the_organisation_of_the_order_is_at_the_top_and_nothing_is_printed_twice() -> None:
    layout, values = paper_of(an_order(), SEALING)
    assert (layout.organisation, layout.details) == ("ГБУЗ «Поликлиника № 7»", "Донская, 1, ОГРН 1")
    assert [row.key for row in layout.rows] == ["full_name", "conclusion"]
    assert values == {"full_name": "Соколова Анна Сергеевна", "conclusion": "Годна."}
    assert "086/у" in layout.footer


def test_without_an_organisation_the_sealing_one_is_named() -> None:
    layout, _ = paper_of(an_order(ROWS[:4]), SEALING)
    assert (layout.organisation, layout.details) == (SEALING.name, SEALING.details)


def test_equal_forms_with_other_values_share_a_layout() -> None:
    other = tuple(
        Line(line.key, line.label, line.value + "!") if line.key == "full_name" else line
        for line in ROWS
    )
    assert paper_of(an_order(), SEALING)[0] == paper_of(an_order(other), SEALING)[0]


def test_an_unknown_form_has_a_footer_too() -> None:
    layout, _ = paper_of(an_order(form="other"), SEALING)
    assert "QR-код" in layout.footer


def test_two_rows_of_one_key_are_no_form() -> None:
    with pytest.raises(ValueError, match="duplicate"):
        paper_of(an_order((ROWS[2], ROWS[2])), SEALING)


@pytest.mark.parametrize(
    ("zone", "printed"),
    [
        ("Europe/Moscow", "1 января 2027 г., 01:30"),
        ("Asia/Vladivostok", "1 января 2027 г., 08:30"),
        ("Europe/Kaliningrad", "1 января 2027 г., 00:30"),
    ],
)
def test_a7_a_talon_names_five_things_in_the_clinics_own_time(zone: str, printed: str) -> None:
    lines = {line.key: line.value for line in a_talon(timezone=zone)}
    assert lines == {
        "clinic_name": "Поликлиника (№ 45)",
        "patient": "Соколова Анна Сергеевна",
        "specialty": "Терапевт",
        "time": printed,
        "clinic": "Поликлиника (№ 45), Садовая, 12",
        "id": "A-1",
    }
    layout, values = paper_of(an_order(a_talon(timezone=zone), form="talon"), SEALING)
    layout.check(values)
    assert not layout.organisation  # whose seal it is may be another clinic than the visit's


@pytest.mark.parametrize("kind", CATALOGUE.types.values(), ids=lambda kind: kind.code)
def test_every_form_of_the_catalogue_fits_the_fixed_page(kind: CertificateType) -> None:
    """With everybody's name on two lines: the general engine is ten times slower."""
    known = {
        "organisation": CLINIC.title,
        "organisation_address": CLINIC.address,
        "organisation_details": CLINIC.details,
    }
    lines = tuple(Line(key, label, known.get(key, "Здорова")) for key, label in kind.rows())
    order = replace(an_order(lines, kind.code), title=kind.printed_title)
    layout, values = paper_of(order, SEALING)
    long = CertificateInfo("Городская поликлиника имени " * 4, "0A" * 20, NOW, NOW)
    facts = Facts("26BR-GT0S-R74P", "№ 26BR", order.check_url, b"<a/>", long, NOW, 64)
    assert Template(layout, long).render(values, facts)


def test_the_page_of_talons_says_where_on_a_talon_its_number_is() -> None:
    layout, values = paper_of(an_order(a_talon(), form="talon"), SEALING)
    (row,) = (row for row in layout.rows if values[row.key] == "A-1")
    page = (Path(scheduling.__file__).parent / "talons" / "api" / "talon.html.j2").read_text()
    assert f"в строке «{row.label}»" in page
    assert f'<label for="number">{row.label}</label>' in page


def test_a_talon_that_was_ordered_without_a_head_is_still_printed() -> None:
    lines = a_talon()[1:]
    layout, values = paper_of(an_order(lines, form="talon"), SEALING)
    layout.check(values)


def a_talon(timezone: str = "Europe/Moscow") -> tuple[Line, ...]:
    clinic = Place("45", "Поликлиника", "Садовая, 12", timezone)
    starts_at = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    return talon_lines("A-1", "Соколова Анна Сергеевна", "Терапевт", starts_at, clinic)
