"""Red flags in free Russian words: forms of words, typos, and «нет» (A22).

It errs to the safe side, and is the second net: who writes symptoms answers the questions, too.
What somebody had long ago, or is afraid of, is no flag; nor is what they say they have not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from rapidfuzz.distance.DamerauLevenshtein import distance
from snowballstemmer import stemmer

_stem = stemmer("russian").stemWord

_CONCEPTS: Mapping[str, str] = {
    "pain": "боль болями болит болят болело заболело колет давит сжимает жжет жжение печет тяжесть",
    "chest": "грудь груди грудная грудине загрудинная сердце",
    "sudden": "внезапно внезапная вдруг резко резкая неожиданно",
    "weak": "слабость онемела онемение онемел отнялась отнялся парализовало перекосило",
    "limb": "рука нога лицо конечность половина сторона рот",
    "lost": "потеря потерял нарушилась нарушение пропала исчезла",
    "feeling": "чувствительность речь",
    "paralysed": "отнялась отнялся парализовало паралич перекосило инсульт",
    "infarct": "инфаркт",
    "strong": "сильная сильно обильно обильная массивное фонтаном хлещет рекой много",
    "blood": "кровь кровотечение кровоточит кровит",
    "wound": "рана",
    "open": "открытая глубокая рваная колотая резаная ножевая",
    "fever": "температура жар лихорадка градусов",
    "high": "высокая высоченная",
    "vomit": "рвота рвет вырвало стошнило рвало",
    "cramp": "судороги судорожный конвульсии",
    "mind": "сознание бред бредит спутанность обморок заторможенность",
    "attack": "приступ острый обострение сильный тяжелый",
    "asthma": "астма астматический",
    "choking": "удушье задыхаюсь задыхается душит",
    "hardly": "трудно тяжело нечем невозможно сложно",
    "breathing": "дышать дыхание",
    "broken": "перелом вывих вывихнул вывихнула",
    "broke": "сломал сломала сломан сломана",
    "bone": "рука нога палец кость ребро ключица бедро шея запястье лодыжка голень нос плечо",
    "sharp": "острая острый острые сильнейшая невыносимая нестерпимая кинжальная",
    "worse": "ухудшение ухудшилось",
    "faint": "обморок",
    "losing": "потеря потерял потеряла теряю теряет терял",
    "consciousness": "сознание",
}
_FLAGS: Mapping[str, tuple[str, ...]] = {
    "chest-pain": ("pain chest", "infarct"),
    "sudden-weakness": ("sudden weak", "weak limb sudden", "lost feeling", "paralysed"),
    "bleeding": ("strong blood", "open wound", "vomit blood", "wound blood"),
    "asthma": ("attack asthma", "choking", "hardly breathing"),
    "injury": ("broken", "broke bone"),
    "acute": ("sharp pain", "sudden worse", "faint", "losing consciousness"),
}
"""Flag → what its words are, all of one clause."""
_WITHOUT_FEVER = ("vomit", "cramp", "mind")
_PHRASES: Mapping[str, re.Pattern[str]] = {
    flag: re.compile(pattern)
    for flag, pattern in {
        "sudden-weakness": (
            r"\bне (?:чувству|шевел|двига|слуша|поднима)\w*(?: \w+){0,2} "
            r"(?:рук|ног|лиц|половин|конечност)|"
            r"(?:рук|ног|конечност)\w* (?:\w+ )?не (?:чувству|шевел|двига|слуша)"
        ),
        "bleeding": (
            r"кров\w* (?:\w+ )?не (?:останавл|останов|унима)|"
            r"не (?:могу )?(?:останавл|останов|унима)\w* (?:\w+ )?кров|истека\w* кров"
        ),
        "asthma": (
            r"\bне (?:могу|может|получается) (?:\w+ )?(?:дыша|вдохну|продохну|вздохну)|"
            r"\bне дыш[иу]|ингалятор\w* не (?:помога|снима)|не помогает ингалятор"
        ),
        "acute": r"\bбез сознания|\bне приход\w+ в себя",
    }.items()
}
"""What is said with a «не» that denies nothing."""
_NOT_MEANT = re.compile(
    r"грудн\w+ (?:ребен|вскармл|возраст|малыш|дет|отдел)\w*|(?:сил|мочи|терпения) (?:больше )?нет|"
    r"нет (?:больше )?(?:сил|мочи|терпения)|давление \w*|анализ\w* (?:на )?кров\w*|сда\w+ кров\w*|"
    r"кров\w+ (?:из вены|на анализ)|без изменений"
)
_TEETH = re.compile(r"\b(?:зуб|десн|пульп)\w*")
_LONG_AGO = re.compile(
    r"\b(?:год|года|лет|месяц|месяца|месяцев) назад|\bв детстве|\bв (?:19|20)\d\d\b|"
    r"\bпрошл\w+ год|\bперенес\w*|\bпрофилактик\w*|\bбоюсь|\bреабилитаци\w*|\bснять гипс|"
    r"\bконсолидир\w*|\bсросш\w*|\bнаследственност\w*|"
    r"\bу (?:деда|бабушки|отца|матери|родственник\w*)"
)
_CLAUSE = re.compile(r"[.;!?\n]+|,|\bно\b|\bзато\b|\bоднако\b|\bесть\b|\bтеперь\b|\bсейчас\b")
_WHOLLY_DENIED = re.compile(
    r"\bне (?:было|бывает|чувству\w+|ощуща\w+|испытыва\w+|замеча\w+|наблюда\w+|беспоко\w+|"
    r"отмеча\w+|жалу\w+)|\bотриц\w+|\bотсутств\w+|\bисключен\w*"
)
_DENIED_LIST = frozenset(
    re.findall(
        r"\S+",
        "боли болей одышки рвоты судорог кровотечения крови слабости температуры онемения травм "
        "травмы перелома переломов вывиха вывихов ран раны удушья астмы обмороков обморока потери",
    )
)
"""How a list goes on after «нет …,»."""
_FEVER_FROM, _FEVER_MOST = 38.0, 43.0
_DEGREES = re.compile(r"(?<![\d.,])(3[89]|4[0-3])(?:[.,](\d))?(?![\d/]|[.,]\d)")
_MORE_THAN = re.compile(r"(?:выше|больше|более|свыше|за|под|>) ?(?:38|39|40)\b")
_LONGEST = 5_000
_MIDDLING, _LONG = 5, 8


def flags_in(text: str) -> frozenset[str]:
    """The codes of the red flags that a text names."""
    plain = text[:_LONGEST].casefold().replace("ё", "е")
    plain = _NOT_MEANT.sub(" ", re.sub(r"[ \t]+", " ", plain))
    found, everywhere = set[str](), set[str]()
    for clause in _clauses(plain):
        if _LONG_AGO.search(clause):
            continue
        found |= {flag for flag, phrase in _PHRASES.items() if phrase.search(clause)}
        said = set(_concepts(clause))
        everywhere |= said
        teeth = _TEETH.search(clause) is not None
        found |= {flag for flag in _FLAGS if _named(flag, said) and not (teeth and flag == "acute")}
    if _is_fever(plain, everywhere) and everywhere & {*_WITHOUT_FEVER}:
        found.add("fever")
    return frozenset(found)


def _named(flag: str, said: set[str]) -> bool:
    return any(said >= {*words.split()} for words in _FLAGS[flag])


def _clauses(plain: str) -> Iterator[str]:
    """Parts of sentences; a list that «нет» begins goes on after its commas."""
    denied = False
    for clause in _CLAUSE.split(re.sub(r"(?<=\d),(?=\d)", ".", _numbers_kept(plain))):
        words = clause.split()
        if not words:
            continue
        first = next((w for w in words if w not in {"и", "или", "ни"}), "")
        if denied and first.strip("«»\"'") in _DENIED_LIST:
            yield f"нет {clause}"
            continue
        denied = any(word in {"нет", "без", "ни"} for word in words)
        yield clause


def _numbers_kept(plain: str) -> str:
    """A point of a number ends no sentence."""
    return re.sub(r"(?<=\d)\.(?=\d)", "·", re.sub(r"(?<=\d),(?=\d)", "·", plain))


def _concepts(clause: str) -> Iterator[str]:
    """What the clause says that there is."""
    if _WHOLLY_DENIED.search(clause):
        return
    words = re.findall(r"[а-я]+", clause)
    if words and words[-1] == "нет":  # «боли в груди и одышки нет»
        return
    denied = False
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        denied = denied or word in {"нет", "без", "ни", "никаких"}
        if denied or before in {"не", "после", "против"}:
            continue
        yield from _meant(word)


@lru_cache(maxsize=4096)
def _meant(word: str) -> tuple[str, ...]:
    """The concepts of a word, also of one with a typo."""
    stem = _stem(word)  # once, whatever the number of concepts: it is the slow part
    return tuple(name for name, forms in _FORMS.items() if _like(word, stem, *forms))


def _like(word: str, stem: str, stems: Iterable[str], spelt: Iterable[str]) -> bool:
    if stem in stems:
        return True
    typos = 0 if len(word) < _MIDDLING else 1 if len(word) < _LONG else 2
    return bool(typos) and any(
        len(form) >= _MIDDLING
        and form[0] == word[0]
        and distance(word, form, score_cutoff=typos) <= typos
        for form in spelt
    )


_FORMS = {
    name: (frozenset(map(_stem, words.split())), tuple(words.split()))
    for name, words in _CONCEPTS.items()
}


def _is_fever(plain: str, said: set[str]) -> bool:
    """Above 38 °C (n23); «высокая температура» is that, too."""
    if "fever" not in said and not re.search(r"°|\bt\b|\bт\b", plain):
        return False
    if "high" in said or _MORE_THAN.search(plain):
        return True
    degrees = (float(f"{whole}.{part or 0}") for whole, part in _DEGREES.findall(plain))
    return any(_FEVER_FROM < found <= _FEVER_MOST for found in degrees)
