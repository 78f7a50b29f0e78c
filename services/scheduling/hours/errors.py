"""What timetables refuse."""

from __future__ import annotations

from enum import StrEnum

from services.chassis.foundation.errors import NotFoundError, RefusalError


class HoursOverlapError(RefusalError):
    """The doctor receives at another clinic at that time."""

    code = "hours-overlap"
    title = "Часы пересекаются"

    def __init__(self, clinic: str) -> None:
        super().__init__(
            f"В эти часы врач принимает в другой клинике: {clinic}. Измените часы в одной из них."
        )


class Unfit(StrEnum):
    """Why a doctor cannot stand in."""

    SAME = "это тот же врач."
    ELSEWHERE = "он не принимает в этой клинике."
    SPECIALTY = "у него другая специальность."


class ReplacementUnfitError(RefusalError):
    """Who is to stand in cannot."""

    code = "replacement-unfit"
    title = "Этот врач не может заменить"

    def __init__(self, reason: Unfit) -> None:
        super().__init__(f"Замещающий врач не подходит: {reason.value}")


class AbsenceUnknownError(NotFoundError):
    """There is no such absence."""

    code = "absence-not-found"
    detail = "Такого отсутствия в расписании нет."
