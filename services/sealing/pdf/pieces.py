"""Text for the general engine, cut where typst alone would set it badly.

Letters that PT Sans lacks come with the rest of their word from the fallback, so that no word
mixes two typefaces and no digit leaves its own; a word that may be wider than its column is
marked, because typst breaks no word that has no place for it, and what sticks out is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypedDict
from unicodedata import category

from services.sealing.fonts import Coverage, characters

#: the widest letters of PT Sans and of the fallback, in ems
_WIDEST, _WIDEST_FALLBACK = 1.24, 1.89
_SPACES = re.compile(r"[ \n]+")
# no line ends after the first, nor before the last of these, not even at a space: as measured of
# typst, one letter of our fonts after the other
_OPENING, _OPENING_TOO = {"Ps", "Pi"}, frozenset("¡¿")
_CLOSING, _CLOSING_TOO = {"Pe", "Pf"}, frozenset(",./:;։،߸⁄")
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
    words = list(_words(text))
    own = characters(Coverage.WIDE)
    plain = own.issuperset(text.replace("\n", ""))
    widest = _WIDEST if plain else _WIDEST_FALLBACK
    if plain and all(len(word) * widest <= room for word in words):
        return text
    return [Word(long=len(word) * widest > room, runs=_runs(word, own)) for word in words if word]


def _words(text: str) -> Iterator[str]:
    """Words, and the spaces at which a line may end (UAX 14, LB13 to LB15).

    What a space joins that ends no line is one word, however wide it is together.
    """
    start = 0
    for space in _SPACES.finditer(text):
        before, after = text[space.start() - 1 : space.start()], text[space.end() : space.end() + 1]
        if "\n" in space[0] or not _joined(before, after):
            yield text[start : space.start()]
            yield space[0]
            start = space.end()
    yield text[start:]


def _joined(before: str, after: str) -> bool:
    opened = before in _OPENING_TOO or (before != "" and category(before) in _OPENING)
    return opened or after in _CLOSING_TOO or (after != "" and category(after) in _CLOSING)


def _runs(word: str, own: frozenset[str]) -> list[tuple[str, bool]]:
    runs = [part for part in _LETTERS.split(word) if part]
    return [(run, _foreign(run, own)) for run in runs]


def _foreign(run: str, own: frozenset[str]) -> bool:
    return run[0].isalpha() and not own.issuperset(run.replace("\u0301", ""))
