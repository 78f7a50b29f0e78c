"""What the first administrator is given: a password that is read off a screen, once."""

from __future__ import annotations

from collections.abc import Callable

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that are taken for each other."""
_GROUPS, _LETTERS = 4, 5


def temporary_password(letter: Callable[[str], str]) -> str:
    """«xxxxx-xxxxx-xxxxx-xxxxx», almost 100 bits; `letter` chooses one of an alphabet."""
    groups = ("".join(letter(ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)
