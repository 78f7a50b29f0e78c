"""K10: columns by either name, and parts of a field as columns of their own."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pydantic import BaseModel

from services.importing.parsing.limits import Bounds
from services.importing.parsing.rows import Found
from services.importing.parsing.worker import parsed
from services.importing.table import Rules, Table, table_name


class Form(BaseModel):
    full_name: str
    licence: dict[str, str] | None = None


TABLE = Table(
    "staff",
    Form,
    {"full_name": "ФИО", "licence.number": "Лицензия: номер", "licence.until": "Лицензия: до"},
    cast("Rules", None),
    marks=lambda _: (),
)


@pytest.mark.parametrize("title", ["full_name", "ФИО", " фио: ", "FULL NAME", "Full name *"])
def test_a_column_is_known_by_either_name(title: str) -> None:
    assert TABLE.fields({title: "Орлова"}) == {"full_name": "Орлова"}
    assert TABLE.unknown([title]) == []


def test_parts_of_a_field_are_columns_and_what_nobody_knows_stays() -> None:
    cells = {"Лицензия: номер": "Л1", "licence.until": "2030-01-01", "Цвет": "синий"}
    assert TABLE.fields(cells) == {
        "licence": {"number": "Л1", "until": "2030-01-01"},
        "Цвет": "синий",
    }
    assert TABLE.unknown([*cells]) == ["Цвет"]
    whole = {"number": "Л2"}
    assert TABLE.fields({"licence": whole, "ФИО": "А"}) == {"licence": whole, "full_name": "А"}


def test_tables_are_known_in_both_languages() -> None:
    assert table_name("Сотрудники") == table_name(" STAFF ") == "staff"
    assert table_name("закрытые дни") == table_name("Closed days") == "closed_days"
    assert table_name("врачи") is None


def test_cells_are_as_json_has_them() -> None:
    content = "Код,Дата,Пусто\nа1,10.01.2020,\n,,\n б2 ,2020-01-10,x\n".encode()
    rows = [r for r in parsed(content, "staff", Bounds()) if isinstance(r, Found)]
    expected: list[dict[str, Any]] = [
        {"Код": "а1", "Дата": "2020-01-10"},
        {"Код": "б2", "Дата": "2020-01-10", "Пусто": "x"},
    ]
    assert [row.values for row in rows] == expected
    assert [row.place for row in rows] == ["файл «staff», строка 2", "файл «staff», строка 4"]
