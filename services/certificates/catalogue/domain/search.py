"""Finding a type by its name, whatever is typed for it (C3).

Forgiven are typos, word forms, ё and е, signs («086/у», «086-у»), letters that look alike in Latin
(«086y») and the keyboard left in the other layout («cghfdrf»). The likeliest stands first; a query
of which a word is like nothing finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance.DamerauLevenshtein import distance as distance_of
from snowballstemmer import stemmer

from services.certificates.catalogue.domain.catalogue import CertificateType

_LAYOUT = dict(
    zip(
        "qwertyuiop[]asdfghjkl;'zxcvbnm,.`/",
        "йцукенгшщзхъфывапролджэячсмитьбюё.",
        strict=True,
    )
)
_ALIKE = dict(zip("aekmhopctyxbu", "аекмнорстухви", strict=True))
_FILLING = frozenset(
    re.findall(
        r"\S+",
        "о об в и на для по из за с к от или у до при форма форме нужна получить оформить заказать",
    )
)
_NUMBER = re.compile(r"(?<=\d)[\s/\\-]*([а-яa-z])(?:[\s/\\-]*([а-яa-z]))?(?![а-яa-z])")
_TITLE, _KEYWORD, _TEXT = 3.0, 2.0, 1.0
_SHORT, _LONG = 3, 8
_MOST_WORDS = 12
_stem = stemmer("russian").stemWord


class Index:
    """Types to be found; made once for what is offered."""

    def __init__(self, kinds: Iterable[CertificateType]) -> None:
        self._titles: dict[str, str] = {}
        self._said: dict[str, dict[str, float]] = {}  # stem → type → how much it says there
        spelt: dict[str, None] = {}
        for kind in kinds:
            self._titles[kind.code] = kind.title
            for word, weight in _weighted(kind):
                stem = _stem(word)
                types = self._said.setdefault(stem, {})
                types[kind.code] = max(weight, types.get(kind.code, 0.0))
                spelt |= {word: None, stem: None}
        self._spelt = [word for word in spelt if _stem(word) in self._said]

    def find(self, query: str) -> list[str]:
        """The codes of what the query may mean, the likeliest first; all for an empty one."""
        if not query.strip():
            return sorted(self._titles, key=lambda code: self._titles[code])
        best: dict[str, float] = {}
        for reading in dict.fromkeys(_readings(query)):
            for code, score in self._scores(reading).items():
                best[code] = max(score, best.get(code, 0.0))
        return sorted(best, key=lambda code: (-best[code], self._titles[code]))

    def _scores(self, reading: str) -> dict[str, float]:
        """How well each type has all of these words."""
        words = [w for w in _words(reading) if w not in _FILLING][:_MOST_WORDS]
        found = [self._likely(word) for word in words]
        every = set.intersection(*map(set, found)) if found else set[str]()
        return {code: sum(types[code] for types in found) for code in every}

    def _likely(self, word: str) -> dict[str, float]:
        """The types that have a word like this one, and how much that says."""
        stem = _stem(word)
        if stem in self._said:
            return self._said[stem]
        alike = {w: 0.9 for w in self._spelt if len(stem) >= _SHORT and w.startswith(stem)}
        typos = 0 if any(c.isdigit() for c in word) else _forgiven(stem)
        for one in dict.fromkeys((stem, word)) if typos else ():
            near = process.extract_iter(one, self._spelt, scorer=distance_of, score_cutoff=typos)
            alike |= {w: 0.8 - 0.2 * distance for w, distance, _ in near if w not in alike}
        found: dict[str, float] = {}
        for spelt, share in alike.items():
            for code, weight in self._said[_stem(spelt)].items():
                found[code] = max(weight * share, found.get(code, 0.0))
        return found


def _weighted(kind: CertificateType) -> Iterator[tuple[str, float]]:
    texts = [(kind.description, _TEXT), *((word, _KEYWORD) for word in kind.keywords)]
    for text, weight in (*texts, (kind.printed_title, _KEYWORD), (kind.title, _TITLE)):
        yield from ((word, weight) for word in _words(text) if word not in _FILLING)


def _words(text: str) -> list[str]:
    """Words in small letters; a form's number is one word, however it is divided."""
    plain = text.casefold().replace("ё", "е")
    plain = re.sub(
        r"(?<=\d)[\s/\\-]*([а-яa-z])(?:[\s/\\-]*([а-яa-z]))?(?![а-яa-z])", r"\1\2", plain
    )
    return re.findall(r"[^\W_]+", plain)


def _readings(query: str) -> Iterator[str]:
    """What was typed, and what was meant where letters are Latin."""
    plain = query.casefold()
    yield plain
    yield "".join(_ALIKE.get(c, c) for c in plain)
    yield "".join(_LAYOUT.get(c, c) for c in plain)


def _forgiven(stem: str) -> int:
    """How many typos a word of this length may have and still be the same word."""
    return 0 if len(stem) <= _SHORT else 1 if len(stem) < _LONG else 2
