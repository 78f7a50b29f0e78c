"""Tracking numbers: with a check digit, and with no order to guess (C13)."""

from __future__ import annotations

from stdnum import damm

from services.chassis.foundation.text import printed_number

_DIGITS = 11
_GROUP = 4
_LONGEST_TYPED = 500
TRACKING_SPACE = 10**_DIGITS


def tracking_number(drawn: int) -> str:
    """The tracking number of a random draw below `TRACKING_SPACE`: `NNNN-NNNN-NNNC`.

    Damm's check digit finds every single wrong digit and every swap of two neighbours; the tests
    prove it by trying all of them.
    """
    digits = f"{drawn:0{_DIGITS}d}"
    return _grouped(digits + damm.calc_check_digit(digits))


def normalised(typed: str) -> str | None:
    """A typed number as it is printed, or None when its check digit does not fit."""
    digits = printed_number(typed[:_LONGEST_TYPED])
    if len(digits) != _DIGITS + 1 or not (digits.isascii() and damm.is_valid(digits)):
        return None
    return _grouped(digits)


def _grouped(digits: str) -> str:
    return "-".join(digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP))
