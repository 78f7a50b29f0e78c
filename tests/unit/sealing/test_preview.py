"""A preview looks like the form and can pass for nothing (K5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deploy.world import verify_pdf
from services.sealing import preview
from services.sealing.errors import ValuesDoNotMatchLayoutError
from tests.support.sealing import VALUES, form_086u

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_a_preview_shows_the_form_and_has_nothing_that_can_be_checked() -> None:
    pdf = preview(form_086u(), VALUES, NOW)
    assert VALUES["name"] in verify_pdf.text(pdf)
    for absent in (b"/Sig", b"/AcroForm", b"/EmbeddedFile"):
        assert absent not in pdf


def test_every_page_of_it_is_marked() -> None:
    long = VALUES | {"conclusion": "Годна. " * 1500}
    pdf = preview(form_086u(), long, NOW)
    text = verify_pdf.text(pdf)
    assert text.count("БЕЗ ПОДПИСЕЙ") == text.count("Страница ") > 1


def test_a_preview_of_other_rows_is_refused() -> None:
    with pytest.raises(ValuesDoNotMatchLayoutError):
        preview(form_086u(), {"name": "Анна"}, NOW)
