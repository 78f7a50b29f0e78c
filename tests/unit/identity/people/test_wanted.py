"""What staff search a person by: exactly one way, whole, and named in words where it is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.foundation.errors import InvalidInputError
from services.identity.people.domain import Search, Wanted, wanted


@pytest.mark.parametrize(
    ("search", "meant"),
    [
        (
            Search(full_name=" Соколова  Алёна  Сергеевна ", birth_date="2007-04-18"),
            Wanted(name="соколова алена сергеевна", born=date(2007, 4, 18)),
        ),
        (Search(phone="8 (912) 345-67-89"), Wanted(phone="+79123456789")),
        (Search(snils="112-233-445 95"), Wanted(snils="11223344595")),
    ],
)
def test_one_way_is_understood(search: Search, meant: Wanted) -> None:
    """K7: case and ё make no difference, and neither does how a number is written."""
    assert wanted(search) == meant


@pytest.mark.parametrize(
    ("search", "wrong"),
    [
        (Search(), {"/full_name", "/phone", "/snils"}),
        (Search(phone="+79123456789", snils="112-233-445 95"), {"/full_name", "/phone", "/snils"}),
        (Search(full_name="Соколова Анна Сергеевна"), {"/birth_date"}),
        (Search(birth_date="2007-04-18"), {"/full_name"}),
        (Search(full_name="Соколова", birth_date="2007-02-29"), {"/birth_date"}),
        (Search(phone="12"), {"/phone"}),
        (Search(snils="112-233-445 96"), {"/snils"}),
        (Search(full_name=" ", phone="\u200b"), {"/full_name", "/phone", "/snils"}),
    ],
)
def test_anything_else_is_refused_by_its_field(search: Search, wrong: set[str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        wanted(search)
    assert {error.pointer for error in refused.value.errors} == wrong
