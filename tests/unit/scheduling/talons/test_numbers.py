"""Talon numbers: readable, and a slip of the tongue is noticed (A7, A8)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.bookings.domain.booking import DIGITS, talon_number
from services.scheduling.talons.domain import parse_talon
from services.scheduling.talons.errors import TalonNumberError

seeds = st.integers(min_value=0, max_value=10**DIGITS - 1)


@given(seeds)
def test_a_number_is_twelve_digits_in_groups_of_four(seed: int) -> None:
    number = talon_number(seed)
    assert [len(group) for group in number.split("-")] == [4, 4, 4]
    assert parse_talon(number) == number
    assert parse_talon(number.replace("-", "")) == number


def test_the_check_digit_is_damms() -> None:
    """The published example: 572 has the check digit 4."""
    assert talon_number(572) == "0000-0000-5724"


@given(seeds, st.integers(0, DIGITS), st.integers(1, 9))
def test_every_wrong_digit_is_found(seed: int, place: int, shift: int) -> None:
    digits = list(talon_number(seed).replace("-", ""))
    digits[place] = str((int(digits[place]) + shift) % 10)
    with pytest.raises(TalonNumberError):
        parse_talon("".join(digits))


@given(seeds, st.integers(0, DIGITS - 1))
def test_every_swap_of_neighbours_is_found(seed: int, place: int) -> None:
    digits = list(talon_number(seed).replace("-", ""))
    if digits[place] == digits[place + 1]:
        return
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    with pytest.raises(TalonNumberError):
        parse_talon("".join(digits))


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    with suppress(TalonNumberError):
        assert len(parse_talon(text).replace("-", "")) == DIGITS + 1


@pytest.mark.parametrize("text", ["", "١٢٣٤٥٦٧٨٩٠١٢", "1234-5678-901", "²³⁴⁵⁶⁷⁸⁹⁰¹²³"])
def test_what_is_not_twelve_plain_digits_is_refused(text: str) -> None:
    with pytest.raises(TalonNumberError):
        parse_talon(text)


@pytest.mark.parametrize(
    "pasted",
    [
        "Номер записи {}",
        "№ {}.",
        "https://example.ru/talon/{}",
        "https://example.ru/talon?number={}",
        "\u202a{}\u202c",
    ],
)
@pytest.mark.parametrize("dash", "-‑—\u00a0")
def test_a_number_is_found_in_what_is_pasted_with_it(pasted: str, dash: str) -> None:
    number = talon_number(23_456_789_012)
    assert parse_talon(pasted.format(number.replace("-", dash))) == number
