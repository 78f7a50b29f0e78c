"""C48: what a row of a bulk says, and all that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.certificates.bulks.domain.rows import (
    RowForm,
    cells,
    is_meant,
    kind_named,
    row_errors,
    wish_of,
)
from services.certificates.catalogue.domain.forms import Field
from tests.support.services.certificates.builders import ANNA, CATALOGUE, FORM_086, NOW

TODAY = CATALOGUE.calendar.day_of(NOW)
TYPES = list(CATALOGUE.types.values())
ROW: dict[str, Any] = {
    "Табельный номер": "0042",
    "СНИЛС": "112-233-445 95",
    "Фамилия": "Соколова",
    "Имя": "Анна",
    "Отчество": "Сергеевна",
    "Дата рождения": "18.04.2007",
    "Справка": "086u",
}


def read(**over: Any) -> tuple[RowForm, dict[str, str]]:
    """The row, and its errors by pointer."""
    form = RowForm.model_validate(cells({**ROW, **over}))
    kind = kind_named(TYPES, form.type)
    errors = row_errors(form, wish_of(form, kind), kind, today=TODAY)
    return form, {error.pointer: error.code for error in errors}


def test_c48_a_row_is_read_in_either_language() -> None:
    form, errors = read()
    assert errors == {}
    wish = wish_of(form, FORM_086)
    assert (wish.snils, wish.birth_date) == ("11223344595", date(2007, 4, 18))
    assert wish.full_name == "Соколова Анна Сергеевна"
    assert RowForm.model_validate(cells({"key": "1", "last_name": "А"})).last_name == "А"


def test_c48_a_column_of_the_form_is_known_by_name_and_label() -> None:
    label = next(f.label for f in FORM_086.fields if f.name == "workplace")
    for title in ("workplace", label, label.upper()):
        form, errors = read(**{title: "Школа № 57"})
        assert (errors, wish_of(form, FORM_086).typed) == ({}, {"workplace": "Школа № 57"})


def test_c48_all_errors_of_a_row_are_named_at_once() -> None:
    _, errors = read(СНИЛС="12", Справка="086u", Имя="", purpose="none", colour="red")
    assert errors == {
        "/first_name": "required",
        "/snils": "snils-format",
        "/fields/colour": "unknown-field",
        "/fields/purpose": "choice",
    }
    assert read(Справка="no such")[1] == {"/type": "unknown-type"}


def test_c48_the_employer_types_nothing_medical() -> None:
    kind = replace(FORM_086, fields=(*FORM_086.fields, Field("illness", "Болезни", medical=True)))
    form = RowForm.model_validate(cells({**ROW, "Болезни": "астма"}))
    (error,) = row_errors(form, wish_of(form, kind), kind, today=TODAY)
    assert (error.pointer, error.code) == ("/fields/illness", "field-medical")


@pytest.mark.parametrize("day", ["2007-04-18", "18.04.2007", "2007-04-18 00:00:00"])
def test_c48_days_as_people_and_spreadsheets_have_them(day: str) -> None:
    form, _ = read(**{"Дата рождения": day})
    assert wish_of(form, None).birth_date == ANNA.birth_date


def test_c48_a_number_that_lost_its_zeros_is_whole_again() -> None:
    form, errors = read(СНИЛС=1234567890)
    assert (errors, wish_of(form, None).snils) == ({}, "01234567890")


def test_c48_an_employee_is_meant_when_everything_agrees() -> None:
    form, _ = read()
    assert is_meant(ANNA, wish_of(form, None))
    for over in ({"Фамилия": "Иванова"}, {"Дата рождения": "19.04.2007"}):
        assert not is_meant(ANNA, wish_of(read(**over)[0], None))
