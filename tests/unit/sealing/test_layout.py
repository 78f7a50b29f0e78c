"""C31, C32, A7: a fixed form takes exactly its own values."""

from __future__ import annotations

import pytest

from services.sealing import TALON, Layout, Row, certificate_layout
from services.sealing.errors import UnprintableTextError, ValuesDoNotMatchLayoutError
from tests.support.sealing import TALON_VALUES, VALUES, form_086u


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
    assert [TALON.head, *(row.key for row in TALON.rows)] == list(TALON_VALUES)
    assert len(TALON.rows) == 5
    assert not TALON.stamp
    assert TALON.attachment is None


def test_the_head_of_a_form_is_one_of_its_values() -> None:
    TALON.check(TALON_VALUES)
    rest = {key: value for key, value in TALON_VALUES.items() if key != "clinic_name"}
    with pytest.raises(ValuesDoNotMatchLayoutError, match="Не хватает полей: clinic_name"):
        TALON.check(rest)


def test_a_form_whose_own_words_cannot_be_printed_is_refused() -> None:
    with pytest.raises(UnprintableTextError, match="U\\+6F22"):
        certificate_layout("x", "Справка", [("a", "漢")], organisation="Больница")


def test_two_rows_cannot_share_a_key() -> None:
    with pytest.raises(ValueError, match="duplicate"):
        Layout("x", "X", (Row("a", "A"), Row("a", "B")), "O")
