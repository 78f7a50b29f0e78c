"""Check digits find what their algorithms promise to find (I13, REQUIREMENTS «Facts»)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.ru.inn import calc_company_check_digit, calc_personal_check_digits

from services.chassis.foundation.text import number as digits_of
from services.identity.profiles.domain.checks import (
    inn_valid,
    oms_valid,
    snils_check,
    snils_valid,
)

_MERGED = {0, 100}  # remainders that СНИЛС writes with the same two digits
_WEIGHTS_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_WEIGHTS_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def _digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@st.composite
def _with_error(draw: st.DrawFn, length: int) -> tuple[int, int]:
    """A position and by how much its digit differs."""
    return draw(st.integers(0, length - 1)), draw(st.integers(1, 9))


def _spoilt(number: str, error: tuple[int, int]) -> str:
    at, by = error
    return f"{number[:at]}{(int(number[at]) + by) % 10}{number[at + 1 :]}"


def _snils_remainder(number: str) -> int:
    return sum(int(d) * w for d, w in zip(number[:9], range(9, 0, -1), strict=True)) % 101


def _inn_remainders(inn: str) -> tuple[int, int]:
    first = sum(int(d) * w for d, w in zip(inn[:10], _WEIGHTS_11, strict=True)) % 11
    second = sum(int(d) * w for d, w in zip(inn[:11], _WEIGHTS_12, strict=True)) % 11
    return first, second


@pytest.mark.parametrize(
    ("good", "check"),
    [("112-233-445 95", snils_valid), ("500100732259", inn_valid), ("7758890000000128", oms_valid)],
)
def test_the_examples_of_the_requirements_are_valid_i13(good: str, check) -> None:  # type: ignore[no-untyped-def] # three functions of one shape
    assert check(digits_of(good))
    assert not check(digits_of(good)[:-1])
    assert not check(digits_of(good) + "0")
    assert not check("x" * len(digits_of(good)))


@given(_digits(9), _with_error(11))
def test_snils_finds_every_single_wrong_digit_i13(nine: str, error: tuple[int, int]) -> None:
    snils = nine + snils_check(nine)
    spoilt = _spoilt(snils, error)
    assume(int(nine) > 1_001_998 and int(spoilt[:9]) > 1_001_998)
    # the one gap of the algorithm: the remainders 0 and 100 are written alike
    assume({_snils_remainder(snils), _snils_remainder(spoilt)} != _MERGED)

    assert snils_valid(snils)
    assert not snils_valid(spoilt)


@given(_digits(9), st.integers(0, 7))
def test_snils_finds_swapped_neighbours_i13(nine: str, at: int) -> None:
    swapped = nine[:at] + nine[at + 1] + nine[at] + nine[at + 2 :]
    assume(swapped != nine and min(int(nine), int(swapped)) > 1_001_998)
    assume({_snils_remainder(nine), _snils_remainder(swapped)} != _MERGED)

    assert not snils_valid(swapped + snils_check(nine))


@pytest.mark.parametrize(
    ("nine", "total", "check"),
    [
        ("112233445", 95, "95"),
        ("110008899", 100, "00"),
        ("087654303", 202, "00"),
        ("990000001", 154, "53"),
    ],
)
def test_snils_writes_the_remainders_0_and_100_alike_i13(nine: str, total: int, check: str) -> None:
    assert sum(int(d) * w for d, w in zip(nine, range(9, 0, -1), strict=True)) == total
    assert snils_check(nine) == check


def test_snils_before_check_digits_existed_are_taken_as_they_are_i13() -> None:
    assert snils_valid("00100199800")
    assert snils_valid("00100199877")
    assert not snils_valid("00100199900")


@given(_digits(10), _with_error(12))
def test_inn_finds_every_single_wrong_digit_i13(ten: str, error: tuple[int, int]) -> None:
    inn = ten + calc_personal_check_digits(ten)
    spoilt = _spoilt(inn, error)
    # the gap of the algorithm: 10 is written as 0, and both check digits have to fall into it
    before, after = _inn_remainders(inn), _inn_remainders(spoilt)
    assume(not all({a, b} <= {0, 10} for a, b in zip(before, after, strict=True)))

    assert inn_valid(inn)
    assert not inn_valid(spoilt)


@given(_digits(9))
def test_the_inn_of_an_organisation_is_not_a_persons_i13(nine: str) -> None:
    assert not inn_valid(nine + calc_company_check_digit(nine))


@given(_digits(15), _with_error(16))
def test_oms_finds_every_single_wrong_digit_i13(fifteen: str, error: tuple[int, int]) -> None:
    oms = fifteen + luhn.calc_check_digit(fifteen)

    assert oms_valid(oms)
    assert not oms_valid(_spoilt(oms, error))


@given(_digits(15), st.integers(0, 13))
def test_oms_finds_swapped_neighbours_but_09_and_90_i13(fifteen: str, at: int) -> None:
    a, b = fifteen[at], fifteen[at + 1]
    assume(a != b and {a, b} != {"0", "9"})

    swapped = fifteen[:at] + b + a + fifteen[at + 2 :]
    assert not oms_valid(swapped + luhn.calc_check_digit(fifteen))


@given(st.text())
def test_no_text_breaks_the_checks(text: str) -> None:
    for check in (snils_valid, inn_valid, oms_valid):
        assert check(digits_of(text)) in (True, False)
