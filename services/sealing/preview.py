"""A form as it will be printed, before anybody signs it: marked on each page, and worth nothing.

No signature field, no number, no QR code, no attachment: nothing of it can pass for the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.sealing.layout import Layout
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.general import GeneralTemplate
from services.sealing.text import normalised

MARK = "ПРЕДПРОСМОТР, БЕЗ ПОДПИСЕЙ"


def preview(layout: Layout, values: Mapping[str, str], when: datetime) -> bytes:
    """The PDF of a form. Slow: call it in a thread.

    Raises:
        SealingError: the values are not the rows of the layout, or cannot be printed.
    """
    shown = {key: normalised(value) for key, value in values.items()}
    layout.check(shown)
    plain = replace(
        layout,
        number_line="Предпросмотр: подписей и номера ещё нет",
        check_line="",
        footer="Это не документ: справка действительна только с электронными подписями.",
        attachment=None,
        stamp=False,
    )
    facts = Facts("(предпросмотр)", plain.number_line, "", None, None, when, 0)
    return GeneralTemplate(plain, None, mark=MARK).unsigned(shown, facts)
