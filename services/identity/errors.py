"""What identity refuses, in words for the person. No sentence says whether an account exists."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.chassis.foundation.errors import FieldError, RefusalError, TooManyRequestsError

_MOSCOW = ZoneInfo("Europe/Moscow")
_RECOVERY = "Если забыли пароль, восстановите доступ, указав рабочий e-mail и номер телефона."


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))


def _next_minute(moment: datetime) -> datetime:
    """The first full minute at which the moment has passed: what a clock can say of it."""
    full = moment.replace(second=0, microsecond=0)
    return full if full == moment else full + timedelta(minutes=1)


def _hours(seconds: int) -> int:
    return math.ceil(seconds / 3600)


class WrongCredentialsError(RefusalError):
    """Unknown login or wrong password: one answer for both (e5)."""

    code = "wrong-credentials"
    status = 401
    title = "Неверный логин или пароль"

    def __init__(self) -> None:
        """Offer recovery."""
        super().__init__(f"Логин или пароль не подходит. {_RECOVERY}")


class LoginLockedError(RefusalError):
    """Too many bad tries; time unlocks (I5, e8). The same for logins that do not exist."""

    code = "login-locked"
    status = 429
    title = "Вход временно заблокирован"

    def __init__(self, until: datetime, now: datetime) -> None:
        """Say until when, by the clock and in seconds."""
        clock = f"{_next_minute(until).astimezone(_MOSCOW):%H:%M}"
        super().__init__(
            f"Слишком много неудачных попыток. Вход откроется в {clock} по московскому времени. "
            f"{_RECOVERY}",
            retry_after=_seconds(until - now),
        )


class TooManyPasswordsError(TooManyRequestsError):
    """This network tried too many wrong passwords, for whichever logins (I5, I17)."""

    code = "too-many-passwords"

    def __init__(self, wait: timedelta) -> None:
        """Say when the next one is looked at."""
        seconds = _seconds(wait)
        super().__init__(
            seconds,
            "Из вашей сети слишком много попыток входа с неверным паролем. Повторите через "
            f"{math.ceil(seconds / 60)} мин. или войдите с устройства, на котором уже входили.",
        )


class WrongCodeError(RefusalError):
    """The code from the message is another one (e6)."""

    code = "wrong-code"
    status = 422
    title = "Код не подходит"

    def __init__(self, tries_left: int) -> None:
        """Say how many tries are left."""
        detail = (
            f"Код введён неверно. Осталось попыток: {tries_left}."
            if tries_left
            else "Код введён неверно, попытки закончились. Запросите новый код."
        )
        super().__init__(detail, errors=[FieldError("/code", self.code, detail)])


class CodeExpiredError(RefusalError):
    """The code is too old (I4)."""

    code = "code-expired"
    title = "Срок действия кода истёк"

    def __init__(self) -> None:
        """Offer a new one (e7)."""
        super().__init__("Срок действия кода истёк. Запросите новый код.")


class CodeExhaustedError(RefusalError):
    """No tries left for this code (I4)."""

    code = "code-exhausted"
    title = "Попытки закончились"

    def __init__(self) -> None:
        """Offer a new one."""
        super().__init__("Попытки ввести этот код закончились. Запросите новый код.")


class CodeUsedError(RefusalError):
    """The code did its work already."""

    code = "code-used"
    title = "Код уже использован"

    def __init__(self) -> None:
        """Ask to begin anew."""
        super().__init__("Этот код уже использован. Начните вход заново.")


class ResendTooEarlyError(TooManyRequestsError):
    """The last code is on its way (e7)."""

    code = "resend-too-early"
    title = "Код уже отправлен"

    def __init__(self, wait: timedelta) -> None:
        """Say when another one can be asked for."""
        seconds = _seconds(wait)
        super().__init__(seconds, f"Код уже отправлен. Новый можно запросить через {seconds} с.")


class TooManyCodesError(TooManyRequestsError):
    """This phone or address has got enough codes for now (I17)."""

    code = "too-many-codes"

    def __init__(self, wait: timedelta) -> None:
        """Say when the next one is possible."""
        seconds = _seconds(wait)
        super().__init__(
            seconds,
            f"На этот номер или адрес отправлено слишком много кодов. Повторите через "
            f"{math.ceil(seconds / 60)} мин.",
        )


class TooManyCodesAskedError(TooManyRequestsError):
    """This network, or this account, had enough codes sent for now, to whomever (I17)."""

    code = "too-many-codes-asked"

    def __init__(self, wait: timedelta) -> None:
        """Say when the next one is possible."""
        seconds = _seconds(wait)
        super().__init__(
            seconds,
            "Из вашей сети запросили слишком много кодов. Повторите через "
            f"{math.ceil(seconds / 60)} мин. или войдите с паролем.",
        )


class LongerCodeNeededError(RefusalError):
    """Somebody guesses at the codes of this contact: a short one is no answer any more (I4)."""

    code = "longer-code-needed"
    title = "Нужен новый код"

    def __init__(self) -> None:
        """Lead to the next code."""
        super().__init__(
            "Для этого номера или адреса вводили слишком много неверных кодов. Запросите новый "
            "код: в нём будет больше цифр, и подобрать его нельзя."
        )


class TooManyProfilesError(TooManyRequestsError):
    """The state registry was asked about this account often enough for a day."""

    code = "too-many-profiles"

    def __init__(self, wait: timedelta) -> None:
        """Say when it can be asked again."""
        seconds = _seconds(wait)
        super().__init__(
            seconds,
            "Профиль отправляли на проверку слишком много раз. Следующая проверка возможна через "
            f"{_hours(seconds)} ч.",
        )


class NotAskedError(RefusalError):
    """The registry answers a question that nobody asked: kept for a person, believed by nobody."""

    code = "not-asked"

    def __init__(self) -> None:
        """Say what does not fit."""
        super().__init__("Ответ реестра не относится ни к одному запросу о сверке профиля.")


class AccountExistsError(RefusalError):
    """The contact has an account. Said only to those who proved that the contact is theirs."""

    code = "account-exists"
    title = "Учётная запись уже есть"

    def __init__(self) -> None:
        """Lead to login and recovery."""
        super().__init__(
            f"С этим номером или адресом уже есть учётная запись. Войдите с её паролем. {_RECOVERY}"
        )


class AlreadyBlockedError(RefusalError):
    """The account is blocked, or open, already."""

    code = "already-so"
    title = "Состояние уже такое"

    def __init__(self, *, blocked: bool) -> None:
        """Say how it is."""
        state = "уже заблокирована" if blocked else "не заблокирована"
        super().__init__(f"Эта учётная запись {state}.")


class OwnAccountError(RefusalError):
    """An administrator would shut themselves out."""

    code = "own-account"
    title = "Это ваша учётная запись"

    def __init__(self) -> None:
        """Say who can."""
        super().__init__("Свою учётную запись может заблокировать только другой администратор.")


class ContactTakenError(RefusalError):
    """An administrator gives a contact that another account uses."""

    code = "contact-taken"
    title = "Контакт уже используется"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Этот телефон или e-mail уже принадлежит другой учётной записи.")
