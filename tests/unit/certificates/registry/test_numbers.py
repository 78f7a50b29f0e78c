"""Numbers that people type: C13, C31."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from services.certificates.applications.domain.tracking import (
    TRACKING_SPACE,
    tracking_number,
)
from services.certificates.registry.domain.numbers import (
    ALPHABET,
    NUMBER_SPACE,
    certificate_number,
    normalised,
)

tracking_draws = st.integers(0, TRACKING_SPACE - 1)
number_draws = st.integers(0, NUMBER_SPACE - 1)
years = st.integers(2025, 2099)


def mistyped(plain: str, alphabet: str) -> Iterator[str]:
    """Every text that differs in one character or swaps two neighbours."""
    for i, was in enumerate(plain):
        yield from (plain[:i] + c + plain[i + 1 :] for c in alphabet if c != was)
    for i in range(len(plain) - 1):
        if plain[i] != plain[i + 1]:
            yield plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :]


@given(tracking_draws)
def test_c13_a_tracking_number_is_sound_and_grouped(drawn: int) -> None:
    number = tracking_number(drawn)
    assert damm.is_valid(number.replace("-", ""))
    assert [len(group) for group in number.split("-")] == [4, 4, 4]


@given(tracking_draws)
def test_c13_every_single_error_and_swap_in_a_tracking_number_is_found(drawn: int) -> None:
    plain = tracking_number(drawn).replace("-", "")
    assert not [wrong for wrong in mistyped(plain, "0123456789") if damm.is_valid(wrong)]


@given(years, number_draws)
def test_c31_a_number_reads_back_as_printed(year: int, drawn: int) -> None:
    number = certificate_number(year, drawn)
    assert normalised(number) == number
    assert number.startswith(f"{year % 100:02d}")
    assert [len(group) for group in number.split("-")] == [4, 4, 4]


@given(years, number_draws)
def test_c31_every_single_error_and_swap_in_a_number_is_found(year: int, drawn: int) -> None:
    plain = certificate_number(year, drawn).replace("-", "")
    assert not [wrong for wrong in mistyped(plain, ALPHABET) if normalised(wrong)]


@given(years, number_draws, number_draws)
def test_c31_different_draws_give_different_numbers(year: int, one: int, other: int) -> None:
    assert (certificate_number(year, one) == certificate_number(year, other)) == (one == other)


@given(years, number_draws)
def test_c34_case_spaces_and_look_alikes_do_not_matter(year: int, drawn: int) -> None:
    number = certificate_number(year, drawn)
    russian = number.translate(str.maketrans("ABEKMHPCTX", "АВЕКМНРСТХ")).lower()
    assert normalised(f"  {russian.replace('-', ' ')} ") == number
    assert normalised(number.replace("0", "О").replace("1", "l")) == number


@given(st.text(max_size=40))
def test_c34_any_text_is_a_number_or_not_but_never_an_accident(typed: str) -> None:
    found = normalised(typed)
    assert found is None or normalised(found) == found


@pytest.mark.parametrize(
    "pasted",
    [
        "№ {} от 27.11.2026",
        "{}.",
        "https://example.ru/verify/{}",
        "https://example.ru/verify?number={}",
        "Справка № {} действительна",
        "\u202a{}\u202c",
    ],
)
@pytest.mark.parametrize("dash", "-‑–— ")
def test_c34_a_number_is_found_in_what_is_pasted_with_it(pasted: str, dash: str) -> None:
    number = certificate_number(2026, 12345)
    assert normalised(pasted.format(number.replace("-", dash))) == number
    assert normalised(pasted.format(number[:-1] + ("0" if number[-1] != "0" else "1"))) is None
