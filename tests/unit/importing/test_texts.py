"""K10: what a list is in one cell of a table."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from services.importing.texts import listed, records, weekly


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("пн–пт 08:00–20:00", [1, 2, 3, 4, 5]),
        ("Пн, ср-чт 8.00 - 20.00", [1, 3, 4]),
        ("вс 08:00—20:00;", [7]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, days: list[int]) -> None:
    assert weekly(text) == [{"weekday": day, "begins": "08:00", "ends": "20:00"} for day in days]


def test_a_day_may_have_a_break_and_another_line() -> None:
    found = weekly("пн 08:00–13:00, 14:00–20:00\nсб 22:00–06:00")
    assert [(h["weekday"], h["begins"], h["ends"]) for h in found] == [
        (1, "08:00", "13:00"),
        (1, "14:00", "20:00"),
        (6, "22:00", "06:00"),
    ]


@pytest.mark.parametrize("text", ["ежедневно", "пн 08:00", "пон 08:00–20:00", "пт-пн 08:00-20:00"])
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PydanticCustomError, match="Нужны часы вида"):
        weekly(text)


def test_lists_are_separated_by_semicolons_and_json_passes() -> None:
    assert listed("ОМС; ДМС «Согласие», Москва;") == ["ОМС", "ДМС «Согласие», Москва"]
    value: list[Any] = [{"weekday": 1}]
    assert (listed(value), weekly(value)) == (value, value)


def test_records_have_their_parts_in_order_and_the_last_may_be_left_out() -> None:
    read = records("number", "specialty", "until", wanted="Нужно иначе.")
    assert read("А1, терапевт; А2, хирург, 2030-01-01") == [
        {"number": "А1", "specialty": "терапевт"},
        {"number": "А2", "specialty": "хирург", "until": "2030-01-01"},
    ]
    with pytest.raises(PydanticCustomError, match="Нужно иначе"):
        read("А1")
