"""Tracking numbers: with a check digit, and with no order to guess (C13)."""

from __future__ import annotations

from stdnum import damm

_DIGITS = 11
_GROUP = 4
TRACKING_SPACE = 10**_DIGITS


def tracking_number(drawn: int) -> str:
    """The tracking number of a random draw below `TRACKING_SPACE`: `NNNN-NNNN-NNNC`.

    Damm's check digit finds every single wrong digit and every swap of two neighbours; the tests
    prove it by trying all of them.
    """
    digits = f"{drawn:0{_DIGITS}d}"
    whole = digits + damm.calc_check_digit(digits)
    return "-".join(whole[i : i + _GROUP] for i in range(0, len(whole), _GROUP))
