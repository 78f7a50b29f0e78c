"""Text for the general engine, cut where typst alone would set it badly.

Letters that PT Sans lacks come with the rest of their word from the fallback, so that no word
mixes two typefaces and no digit leaves its own; a word that may be wider than its column is
marked, because typst breaks no word that has no place for it, and what sticks out is lost.
"""

from __future__ import annotations

import re
from typing import TypedDict

from services.sealing.fonts import Coverage, characters

#: the widest letters of PT Sans and of the fallback, in ems
_WIDEST, _WIDEST_FALLBACK = 1.24, 1.89
_SPACES = re.compile(r"([ \n]+)")
# letters with the marks above them; the capture keeps what is between
_LETTERS = re.compile(r"((?:[^\W\d_][\u0300-\u036f]*)+)")


class Word(TypedDict):
    """A word or a space: `runs` are text and whether the fallback sets it."""

    long: bool
    runs: list[tuple[str, bool]]


Pieces = str | list[Word]


def pieces(text: str, room: float) -> Pieces:
    """The text itself where typst may have it whole, as mostly; else its words.

    Args:
        text: what is printed (NFC, all printable).
        room: the width of the column in ems.
    """
    words = _SPACES.split(text)
    own = characters(Coverage.WIDE)
    plain = own.issuperset(text.replace("\n", ""))
    widest = _WIDEST if plain else _WIDEST_FALLBACK
    if plain and all(len(word) * widest <= room for word in words):
        return text
    return [Word(long=len(word) * widest > room, runs=_runs(word, own)) for word in words if word]


def _runs(word: str, own: frozenset[str]) -> list[tuple[str, bool]]:
    runs = [part for part in _LETTERS.split(word) if part]
    return [(run, _foreign(run, own)) for run in runs]


def _foreign(run: str, own: frozenset[str]) -> bool:
    return run[0].isalpha() and not own.issuperset(run.replace("\u0301", ""))
