"""What a Russian name is written with, and what to tell somebody who typed something else."""

from __future__ import annotations

import re
import unicodedata

from services.chassis.foundation.text import named, unprintable_detail

LONGEST_NAME = 100
_NAME = re.compile(r"[А-Яа-яЁё]+(?:[ '-][А-Яа-яЁё]+)*")
_WORD = re.compile(r"[^\W\d_]+")


def name_detail(name: str) -> str | None:
    """What is wrong with one of a citizen's names (tidied); None for one that is right."""
    if len(name) <= LONGEST_NAME and _NAME.fullmatch(name):
        return None
    if latin := _latin(name):
        return f"Здесь есть латинские буквы: {named(latin)}. Наберите имя русскими буквами."
    wrong = "".join(dict.fromkeys(c for c in name if not re.match("[А-Яа-яЁё '-]", c)))
    return (
        "Только русские буквы, а между ними дефис, пробел или апостроф; "
        f"не больше {LONGEST_NAME} знаков." + (f" Лишнее: {named(wrong)}." if wrong else "")
    )


def staff_name_detail(name: str) -> str | None:
    """What is wrong with a doctor's name (tidied): it is printed, and may be a foreign one."""
    for word in _WORD.findall(name):
        if (latin := _latin(word)) and len(latin) < len(set(word)):
            return f"В слове «{word}» есть латинские буквы: {named(latin)}. Наберите его заново."
    if not _WORD.search(name):
        return "Нужны фамилия, имя и отчество буквами."
    return unprintable_detail(name)


def _latin(text: str) -> str:
    """The different Latin letters of a text: most look like Russian ones."""
    found = (c for c in text if unicodedata.name(c, "").startswith("LATIN"))
    return "".join(dict.fromkeys(found))
