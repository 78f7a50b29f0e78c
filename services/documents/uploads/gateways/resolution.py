"""How fine a scan is, and when the resolution that a file claims is believed.

A claimed resolution makes a sheet of paper out of the pixels. What no scanner holds (a photo at
72 dpi is a metre wide, a thumbnail at 300 dpi a stamp) says nothing; then the pixels are held
against a page of A4, as if the picture showed nothing else.
"""

from __future__ import annotations

_MM_PER_INCH = 25.4
_A4 = (210 / _MM_PER_INCH, 297 / _MM_PER_INCH)
_SMALLEST = (50 / _MM_PER_INCH, 80 / _MM_PER_INCH)
"""A plastic card, cut closely."""
_LARGEST = (310 / _MM_PER_INCH, 440 / _MM_PER_INCH)
"""A3, with what a scanner adds around it."""


def is_paper(wide: float, high: float) -> bool:
    """Whether a sheet of so many inches can have lain on a scanner."""
    short, long = sorted((wide, high))
    return _SMALLEST[0] <= short <= _LARGEST[0] and _SMALLEST[1] <= long <= _LARGEST[1]


def dpi_on_a4(across: int, down: int) -> int:
    """The dots per inch that so many pixels make of a page of A4."""
    return max(1, round(_pages_of_a4(across, down)))


def scale_of_page(wide: float, high: float) -> float:
    """By what the resolution on a page of so many inches is multiplied to be that on paper."""
    return 1.0 if is_paper(wide, high) else _pages_of_a4(wide, high)


def _pages_of_a4(one: float, other: float) -> float:
    short, long = sorted((one, other))
    return min(short / _A4[0], long / _A4[1])
