"""Check digits of the numbers that a person is known by. Pure arithmetic on digits.

Refuses to say whether a number belongs to anybody: that is the state registry's answer.
Sources: REQUIREMENTS «Facts» and I13 (S0:188,280; S2:122).
"""

from __future__ import annotations

from stdnum import luhn
from stdnum.ru import inn as inn_numbers

# Numbers up to this one were given out before check digits existed.
_SNILS_UNCHECKED = 1_001_998
_SNILS_MODULUS = 101


def is_digits(text: str, length: int) -> bool:
    """Whether this is exactly `length` ASCII digits."""
    return len(text) == length and text.isascii() and text.isdecimal()


def snils_check(number: str) -> str:
    """The two check digits of nine СНИЛС digits: Σ digit × (9…1), modulo 101, 100 → 00."""
    total = sum(int(d) * w for d, w in zip(number, range(9, 0, -1), strict=True))
    return f"{total % _SNILS_MODULUS % 100:02d}"


def snils_valid(snils: str) -> bool:
    """Whether 11 digits are a СНИЛС. Numbers up to 001-001-998 carry no check digits."""
    if not is_digits(snils, 11):
        return False
    return int(snils[:9]) <= _SNILS_UNCHECKED or snils_check(snils[:9]) == snils[9:]


def inn_valid(inn: str) -> bool:
    """Whether 12 digits are the ИНН of a person (10 digits belong to organisations)."""
    return is_digits(inn, 12) and bool(inn_numbers.is_valid(inn))


def oms_valid(oms: str) -> bool:
    """Whether 16 digits are a policy number (ЕНП): the last one by Luhn."""
    return is_digits(oms, 16) and bool(luhn.is_valid(oms))
