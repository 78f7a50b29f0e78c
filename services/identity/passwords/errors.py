"""What is refused about passwords. No sentence says whether an account exists."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.chassis.foundation.errors import (
    FieldError,
    ForbiddenError,
    InvalidInputError,
    RefusalError,
    TooManyRequestsError,
)
from services.identity.callers.domain import whole_seconds

_MOSCOW = ZoneInfo("Europe/Moscow")
RECOVERY = "Если забыли пароль, восстановите доступ, указав рабочий e-mail и номер телефона."


class WrongCredentialsError(RefusalError):
    """Unknown login or wrong password: one answer for both (e5)."""

    code = "wrong-credentials"
    status = 401
    title = "Неверный логин или пароль"
    detail = f"Логин или пароль не подходит. {RECOVERY}"


class LoginLockedError(RefusalError):
    """Too many bad tries; time unlocks (I5, e8). The same for logins that do not exist."""

    code = "login-locked"
    status = 429
    title = "Вход временно заблокирован"

    def __init__(self, until: datetime, now: datetime) -> None:
        clock = f"{_next_minute(until).astimezone(_MOSCOW):%H:%M}"
        super().__init__(
            f"Слишком много неудачных попыток. Вход откроется в {clock} по московскому времени. "
            f"{RECOVERY}",
            retry_after=whole_seconds(until - now),
        )


class TooManyPasswordsError(TooManyRequestsError):
    """This network tried too many wrong passwords, for whichever logins (I5, I17)."""

    code = "too-many-passwords"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            "Из вашей сети слишком много попыток входа с неверным паролем. Повторите через "
            f"{math.ceil(seconds / 60)} мин. или войдите с устройства, на котором уже входили.",
        )


class PasswordMustChangeError(ForbiddenError):
    """Both factors are right, and the password is to be another first (I8, e11)."""

    code = "password-must-change"
    title = "Смените пароль"

    def __init__(self, days: int | None) -> None:
        """`days`: how long a password is good; None: it was a temporary one."""
        why = f"Паролю больше {days} дней" if days else "Пароль временный"
        detail = (
            f"{why}: придумайте новый. Код подошёл и ещё действует: отправьте его ещё раз вместе "
            "с новым паролем."
        )
        super().__init__(detail, errors=[FieldError("/new_password", self.code, detail)])


class SamePasswordError(InvalidInputError):
    """The new password is the old one (e11)."""

    def __init__(self, pointer: str) -> None:
        detail = "Новый пароль совпадает с прежним. Придумайте другой."
        super().__init__([FieldError(pointer, "password-same", detail)])


def _next_minute(moment: datetime) -> datetime:
    """The first full minute at which the moment has passed: what a clock can say of it."""
    full = moment.replace(second=0, microsecond=0)
    return full if full == moment else full + timedelta(minutes=1)
