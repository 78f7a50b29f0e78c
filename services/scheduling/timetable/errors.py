"""What the timetable refuses: a time that is unknown, taken, past, or on a closed day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.foundation.errors import NotFoundError, RefusalError


def spoken(moment: datetime) -> str:
    """A local time as people write it."""
    return f"{moment:%d.%m.%Y в %H:%M}"


class SlotUnknownError(NotFoundError):
    """There is no such slot (any more)."""

    code = "slot-not-found"
    detail = "Такого времени в расписании нет. Обновите список и выберите другое."


class SlotTakenError(RefusalError):
    """Somebody else has this slot (A4)."""

    code = "slot-taken"
    title = "Время уже занято"

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(f"{spoken(starts_at)} приём уже занят. Выберите другое время.")
        self.starts_at = starts_at


class SlotHeldError(RefusalError):
    """Somebody else has some minutes to book this slot (A5, A18)."""

    code = "slot-held"
    title = "Время сейчас оформляет другой пациент"

    def __init__(self, starts_at: datetime, until: datetime) -> None:
        super().__init__(
            f"{spoken(starts_at)} приём придержан для другого пациента до {until:%H:%M}. "
            "Выберите другое время или попробуйте позже."
        )
        self.starts_at = starts_at
        self.until = until


class HoldOverError(RefusalError):
    """The time for which a slot was held for somebody is over."""

    code = "hold-over"
    title = "Время больше не придержано"

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(
            f"{spoken(starts_at)} приём больше не придержан для вас. Если время ещё свободно, "
            "запишитесь на него как обычно."
        )
        self.starts_at = starts_at


class SlotPastError(RefusalError):
    """The slot has begun."""

    code = "slot-past"
    title = "Время уже прошло"

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(f"Приём {spoken(starts_at)} уже начался. Выберите более позднее время.")
        self.starts_at = starts_at


class DayClosedError(RefusalError):
    """The clinic does not work on that day (A24, e30)."""

    code = "clinic-closed"
    title = "Клиника не работает в этот день"

    def __init__(self, starts_at: datetime, reason: str) -> None:
        super().__init__(f"{starts_at:%d.%m.%Y} приёма нет: {reason}. Выберите другой день.")
        self.starts_at = starts_at
        self.reason = reason


class ThereIsTimeError(RefusalError):
    """Nobody has to wait: what is wanted is free now."""

    code = "there-is-time"
    title = "Свободное время есть"

    def __init__(self, first: datetime, slot_ids: Sequence[str]) -> None:
        super().__init__(
            f"Ждать не нужно: подходящее время свободно, ближайшее – {spoken(first)}. Запишитесь."
        )
        self.members = {"slot_ids": list(slot_ids)}
