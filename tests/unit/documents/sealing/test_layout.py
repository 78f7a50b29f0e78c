"""C31, C32, A7: a fixed form takes exactly its own values."""

from __future__ import annotations

import pytest

from services.documents.sealing import Layout, Row, talon_layout
from services.documents.sealing.errors import ValuesDoNotMatchLayoutError
from tests.support.sealing import TALON, VALUES, form_086u


def test_c32_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(ValuesDoNotMatchLayoutError, match="Лишние поля: diagnosis"):
        form_086u().check({**VALUES, "diagnosis": "J06.9"})


def test_c31_a_form_is_never_printed_incomplete() -> None:
    rest = {key: value for key, value in VALUES.items() if key != "conclusion"}
    with pytest.raises(
        ValuesDoNotMatchLayoutError, match="Не хватает полей: conclusion"
    ) as refused:
        form_086u().check(rest)
    assert refused.value.code == "values-do-not-match-layout"
    assert refused.value.permanent


def test_a7_the_talon_has_exactly_five_things() -> None:
    layout = talon_layout("Поликлиника")
    assert [row.key for row in layout.rows] == list(TALON)
    assert not layout.stamp
    assert layout.attachment is None


def test_two_rows_cannot_share_a_key() -> None:
    with pytest.raises(ValueError, match="duplicate"):
        Layout("x", "X", (Row("a", "A"), Row("a", "B")), "O")
