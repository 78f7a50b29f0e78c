"""The red flags of S2:84–96 (A22), and what a person must say of them beside a text of symptoms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.scheduling.triage.domain.text import flags_in


class RedFlag(StrEnum):
    """A sign with which nobody waits for an appointment."""

    CHEST_PAIN = "chest-pain"
    SUDDEN_WEAKNESS = "sudden-weakness"
    BLEEDING = "bleeding"
    FEVER = "fever"
    ASTHMA = "asthma"
    INJURY = "injury"
    ACUTE = "acute"


QUESTIONS: Mapping[RedFlag, str] = {
    RedFlag.CHEST_PAIN: "Сильная боль в груди, одышка",
    RedFlag.SUDDEN_WEAKNESS: (
        "Внезапная слабость, онемение или потеря чувствительности в руке, ноге, половине лица"
    ),
    RedFlag.BLEEDING: "Сильное кровотечение, открытая рана",
    RedFlag.FEVER: "Температура выше 38 °C с рвотой, судорогами или изменением сознания",
    RedFlag.ASTHMA: "Удушье или острый приступ астмы, который не удаётся снять самостоятельно",
    RedFlag.INJURY: "Травма с подозрением на перелом или вывих",
    RedFlag.ACUTE: "Острая боль, резкое ухудшение состояния, потеря сознания",
}
"""What is asked wherever symptoms are written."""


@dataclass(frozen=True)
class Said:
    """What somebody wrote of their symptoms, and which red flags they said yes to.

    `red_flags` is None where they were not asked; empty: none of these.
    """

    symptoms: str | None = None
    red_flags: tuple[str, ...] | None = None


def flags_of(said: Said, *, pointer: str = "") -> Collection[RedFlag]:
    """All that was said yes to, or is in the words; `pointer` is where both stand in the body.

    Raises:
        InvalidInputError: symptoms without the answers, or an answer to another question.
    """
    place = f"{pointer}/red_flags"
    if said.symptoms and said.red_flags is None:
        detail = (
            "Ответьте, есть ли опасные признаки: вопросы – GET /v1/red-flags. "
            "Если ни одного нет, передайте пустой список."
        )
        raise InvalidInputError([FieldError(place, "missing", detail)])
    answers = said.red_flags or ()
    known = {flag.value for flag in RedFlag}
    wrong = [
        FieldError(f"{place}/{at}", "red-flag-unknown", f"Возможны: {', '.join(sorted(known))}.")
        for at, answer in enumerate(answers)
        if answer not in known
    ]
    if wrong:
        raise InvalidInputError(wrong)
    found = {*answers, *flags_in(said.symptoms or "")}
    return [flag for flag in RedFlag if flag.value in found]
