"""The refusals about people: who may not decide, and whose record is on its way."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError
from services.chassis.work.arrivals import NotHereYetError


class OwnApplicationError(ForbiddenError):
    """Nobody decides about themselves."""

    code = "own-application"
    detail = "Это ваше собственное дело: решение примет другой сотрудник."


class DoctorUnknownError(NotHereYetError):
    """The doctor's staff record has not reached this service yet."""

    code = "doctor-unknown"
    title = "Данные врача ещё не получены"

    def __init__(self) -> None:
        super().__init__(
            "Сведения о враче ещё не получены, справку нечем подписать. "
            "Повторите через несколько секунд."
        )


class ProfileNotReceivedError(NotHereYetError):
    """The account is confirmed, and its profile has not arrived."""

    code = "profile-not-received"
    title = "Профиль ещё обрабатывается"

    def __init__(self) -> None:
        super().__init__(
            "Подтверждённые данные профиля ещё не поступили. Ничего не потеряно, "
            "повторите через несколько секунд."
        )
