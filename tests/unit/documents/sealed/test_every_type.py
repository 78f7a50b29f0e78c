"""Every type of the catalogue has a paper, for every purpose: C2, C31, C32."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from deploy.world import verify_pdf
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.publishing.domain import example_rows
from services.documents.sealed.domain import Line, Order, Organisation
from services.documents.sealed.gateways.layouts import paper_of
from services.sealing import preview
from tests.support.services.certificates.builders import CATALOGUE

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SEALING = Organisation("Поликлиника № 1", "ИНН 7707083893")
PURPOSES = [
    pytest.param(kind, option.code, id=f"{kind.code}-{option.code}")
    for kind in CATALOGUE.types.values()
    for option in kind.field_by_name["purpose"].options
]


def _shown(kind: CertificateType, values: dict[str, str]) -> str:
    lines = tuple(Line(r.key, r.label, r.value) for r in example_rows(kind, values))
    day = date(2026, 11, 27)
    order = Order(kind.code, kind.printed_title, lines, day, "http://x/verify/1", "doctor")
    layout, printed = paper_of(order, SEALING)
    return " ".join(verify_pdf.text(preview(layout, printed, NOW)).split())


@pytest.mark.parametrize(("kind", "purpose"), PURPOSES)
def test_c31_every_type_is_shown_for_every_purpose(kind: CertificateType, purpose: str) -> None:
    text = _shown(kind, {"purpose": purpose})
    assert "Иванова Мария Петровна" in text
    for row in kind.printed:
        if row.when is not None and not row.when.met({"purpose": purpose}):
            field = kind.field_by_name[row.key]
            assert f"{field.label}: пример" not in text  # C32


def test_a_long_extract_has_more_pages_and_loses_nothing() -> None:
    entries = "; ".join(f"{n:02d}.11.2026: анализ {n} в норме" for n in range(1, 90))
    kind = CATALOGUE.type("card-extract")
    text = _shown(kind, {"purpose": "certificate", "results": entries, "exams": entries})
    assert text.count("анализ 89 в норме") == 2
