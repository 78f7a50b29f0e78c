"""What scheduling refuses, and in which words (A28: every refusal has a concrete reason code)."""

from __future__ import annotations

from datetime import datetime

from services.chassis.foundation.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    RefusalError,
)


def spoken(moment: datetime) -> str:
    """A local time as people write it."""
    return f"{moment:%d.%m.%Y в %H:%M}"


class SlotUnknownError(NotFoundError):
    """There is no such slot (any more)."""

    code = "slot-not-found"

    def __init__(self) -> None:
        """Point to the list."""
        super().__init__("Такого времени в расписании нет. Обновите список и выберите другое.")


class SlotTakenError(RefusalError):
    """Somebody else has this slot (A4)."""

    code = "slot-taken"
    title = "Время уже занято"

    def __init__(self, starts_at: datetime) -> None:
        """Name the time that is gone."""
        super().__init__(f"{spoken(starts_at)} приём уже занят. Выберите другое время.")


class SlotPastError(RefusalError):
    """The slot has begun."""

    code = "slot-past"
    title = "Время уже прошло"

    def __init__(self, starts_at: datetime) -> None:
        """Name the time that has passed."""
        super().__init__(f"Приём {spoken(starts_at)} уже начался. Выберите более позднее время.")


class DayClosedError(RefusalError):
    """The clinic does not work on that day (A24, e30)."""

    code = "clinic-closed"
    title = "Клиника не работает в этот день"

    def __init__(self, starts_at: datetime, reason: str) -> None:
        """Name the day and why it is closed."""
        super().__init__(f"{starts_at:%d.%m.%Y} приёма нет: {reason}. Выберите другой день.")


class OverlapError(RefusalError):
    """The citizen is to be somewhere else at that time."""

    code = "appointments-overlap"
    title = "Записи пересекаются"

    def __init__(self, other: datetime) -> None:
        """Name the appointment that is in the way."""
        super().__init__(
            f"У вас уже есть запись {spoken(other)}, и приёмы пересекаются. "
            "Выберите другое время или отмените прежнюю запись."
        )


class TooManyActiveError(RefusalError):
    """The citizen holds as many appointments as is fair (A32)."""

    code = "too-many-appointments"
    title = "Слишком много записей"

    def __init__(self, limit: int) -> None:
        """Name the limit."""
        super().__init__(
            f"Одновременно можно иметь не больше {limit} предстоящих записей. "
            "Отмените ту, что не нужна, и повторите."
        )


class AcceptedAlreadyError(RefusalError):
    """The clinic's system answers a second time about one visit."""

    code = "accepted-already"

    def __init__(self) -> None:
        """Say what was answered."""
        super().__init__("Клиника уже подтвердила эту запись.")


class AppointmentUnknownError(NotFoundError):
    """No such appointment, or it is somebody else's: the answer is the same."""

    code = "appointment-not-found"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("Такой записи нет.")


class AlreadyCancelledError(RefusalError):
    """It is off already."""

    code = "already-cancelled"
    title = "Запись уже отменена"

    def __init__(self, at: datetime) -> None:
        """Say since when."""
        super().__init__(f"Эта запись отменена {spoken(at)}.")


class CancelTooLateError(RefusalError):
    """Self-service ends before the visit; support can still help (d3, n21, e31)."""

    code = "cancel-too-late"
    title = "Отменить самостоятельно уже нельзя"

    def __init__(self, starts_at: datetime, hours: int, hotline: str) -> None:
        """Name the rule and who can help."""
        super().__init__(
            f"До приёма {spoken(starts_at)} осталось меньше {hours} ч. Отменить запись теперь "
            f"может только служба поддержки: {hotline} (круглосуточно, звонок бесплатный)."
        )


class VisitBegunError(RefusalError):
    """Nobody cancels a visit that has begun."""

    code = "visit-begun"
    title = "Приём уже начался"

    def __init__(self, starts_at: datetime) -> None:
        """Name when."""
        super().__init__(f"Приём {spoken(starts_at)} уже начался, отменить его нельзя.")


class TalonNumberError(InvalidInputError):
    """Not a talon number: a digit is wrong or missing."""

    code = "talon-number-invalid"
    title = "Номер талона введён с ошибкой"

    def __init__(self) -> None:
        """Show what a number looks like."""
        sentence = "Проверьте номер талона: двенадцать цифр, как 1234-5678-9018."
        super().__init__([FieldError("/path/number", "check-digit", sentence)], sentence)
