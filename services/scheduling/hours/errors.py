"""What timetables refuse."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.chassis.foundation.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    RefusalError,
)
from services.scheduling.timetable.errors import spoken


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


class RoomUnknownError(InvalidInputError):
    """There is no such room in the clinic."""

    def __init__(self, room: str) -> None:
        detail = f"Кабинета {room} в клинике нет."
        super().__init__([FieldError("/extra/room", "room-unknown", detail)], detail)


class NotReceivingError(RefusalError):
    """The clinic does not work on that day, or the doctor is away."""

    code = "not-receiving"
    title = "Врач в этот день не принимает"
    detail = (
        "Клиника в этот день не работает, или врач отсутствует. Выберите другой день или врача."
    )


class ExtraOverlapsError(RefusalError):
    """The doctor or the room is taken at that time."""

    code = "extra-overlaps"
    title = "Время пересекается с другим приёмом"

    def __init__(self, other: datetime, *, same_room: bool) -> None:
        whose = "В этом кабинете" if same_room else "У врача"
        super().__init__(f"{whose} уже есть приём {spoken(other)}. Выберите другое время.")
        self.other = other
