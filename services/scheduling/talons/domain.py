"""Talon numbers: eleven random digits and a check digit, read aloud in groups of four (A7, A8).

The check digit is Damm's: it finds every wrong digit and every swap of neighbours, so a slip of the
tongue at the desk is «mistyped», never somebody else's visit. Random, so that nobody counts visits.
"""

from __future__ import annotations

from itertools import pairwise

from services.chassis.foundation.text import printed_number
from services.scheduling.bookings.errors import TalonNumberError

DIGITS = 11
LONGEST_TYPED = 500
"""Characters that are looked at: an address of the check page with what others hang on it."""
_LENGTH = DIGITS + 1
_GROUP = 4
# H. M. Damm, «Total anti-symmetrische Quasigruppen», 2004: the quasigroup of order 10
_TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(_TABLE[interim][int(digit)])
    return interim


def talon_number(seed: int) -> str:
    """The printed number of a random `seed` below 10¹¹."""
    digits = f"{seed:0{DIGITS}d}"
    return _grouped(f"{digits}{_damm(digits)}")


def _grouped(digits: str) -> str:
    cuts = range(0, len(digits) + 1, _GROUP)
    return "-".join(digits[a:b] for a, b in pairwise(cuts))


def parse_talon(text: str) -> str:
    """The printed form of what somebody typed, scanned or pasted (`printed_number`).

    Raises:
        TalonNumberError: not twelve digits, or the check digit is wrong.
    """
    digits = printed_number(text[:LONGEST_TYPED])
    if len(digits) != _LENGTH or not (digits.isascii() and digits.isdecimal()) or _damm(digits):
        raise TalonNumberError
    return _grouped(digits)
