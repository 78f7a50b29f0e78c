"""Tracking numbers: with a check digit, and with no order to guess (C13).

And what somebody may have meant who mistyped one.
"""

from __future__ import annotations

from collections.abc import Iterator

from stdnum import damm

from services.chassis.foundation.text import printed_number

_DIGITS = 11
_GROUP = 4
LONGEST_TYPED = 500
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
    digits = printed_number(typed[:LONGEST_TYPED])
    if len(digits) != _DIGITS + 1 or not (digits.isascii() and damm.is_valid(digits)):
        return None
    return _grouped(digits)


def meant(typed: str) -> list[str]:
    """The numbers that somebody may have meant: the one typed, or those one slip away from it.

    A slip is a wrong, a missing or an extra digit, or two neighbours swapped. The check digit
    leaves a few dozen at most; they are for looking among one's own, never for a public answer.
    """
    exact = normalised(typed)
    if exact is not None:
        return [exact]
    digits = printed_number(typed[:LONGEST_TYPED])
    if not (digits.isascii() and digits.isdecimal()) or abs(len(digits) - _DIGITS - 1) > 1:
        return []
    near = {other for other in _slips(digits) if len(other) == _DIGITS + 1}
    return sorted(_grouped(other) for other in near if damm.is_valid(other))


def _slips(digits: str) -> Iterator[str]:
    for i in range(len(digits)):
        yield digits[:i] + digits[i + 1 :]
        yield digits[:i] + digits[i : i + 2][::-1] + digits[i + 2 :]
        yield from (digits[:i] + other + digits[i + 1 :] for other in "0123456789")
    for i in range(len(digits) + 1):
        yield from (digits[:i] + other + digits[i:] for other in "0123456789")


def _grouped(digits: str) -> str:
    return "-".join(digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP))
