"""What drafts may contain and what documents can show is one set."""

from __future__ import annotations

import pytest

from services.chassis.foundation.printable import PRINTABLE, unprintable
from services.sealing.fonts import printable


def test_the_set_that_services_know_is_the_set_of_the_fonts() -> None:
    assert printable() == PRINTABLE


@pytest.mark.parametrize(
    "text",
    [
        "Съешь ещё, №1 – «да»;\nвторая строка\u00a0–",
        "Лейкоциты 6,2×10⁹/л, Нв ≥ 130 г/л, 36,6 °C, ♀ ↑",
        "Ӄывлэ Ўэмэн Łukasz Şîçö Αλέξανδρος Գրիգորյան ქართული",
        "Соро́кина А̄",
    ],
)
def test_what_people_write_is_printable(text: str) -> None:
    assert not unprintable(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("清华大学 и 大", "清华大学"),
        ("здоров 🙂👍🏽", "🙂👍🏽"),
        ("שלום", "שלום"),
        ("٣ и ३", "٣३"),
        ("а\u200bб\u202eв\x00\ufeff", "\u200b\u202e\x00\ufeff"),
        ("5\u0301", "\u0301"),
        ("\u0301", "\u0301"),
        ("𝐀", "𝐀"),
        ("ﬁ", "ﬁ"),
    ],
)
def test_what_no_document_can_show_is_named(text: str, named: str) -> None:
    assert unprintable(text) == named
