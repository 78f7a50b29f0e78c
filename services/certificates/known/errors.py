"""The refusals about people: who may not decide, and whose record is on its way."""

from __future__ import annotations

from services.chassis.foundation.errors import ForbiddenError
from services.chassis.work.arrivals import NotHereYetError


class OwnApplicationError(ForbiddenError):
    """Nobody decides about themselves."""

    code = "own-application"
    detail = "Это ваше собственное дело: решение примет другой сотрудник."


class RepresentativeAppliesError(ForbiddenError):
    """A minor's certificate is applied for by who represents them (d12)."""

    code = "representative-applies"
    title = "Заявление подаёт представитель"

    def __init__(self, age: int) -> None:
        super().__init__(
            f"До {age} лет заявление на справку подаёт родитель или опекун: он делает это в своём "
            "личном кабинете, выбрав вас."
        )


class MinorNeedsRepresentativeError(ForbiddenError):
    """A minor whom nobody represents here (e33)."""

    code = "minor-needs-representative"
    title = "Нужен представитель"

    def __init__(self, age: int) -> None:
        super().__init__(
            f"До {age} лет заявление на справку подаёт родитель или опекун, а его в системе нет. "
            "Он может добавить вас в своём личном кабинете; иначе придите вместе с ним и с "
            "документами в регистратуру поликлиники."
        )


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
