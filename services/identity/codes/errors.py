"""What is refused about codes. No sentence says whether a contact has an account."""

from __future__ import annotations

import math
from datetime import timedelta

from services.chassis.foundation.errors import (
    FieldError,
    NotFoundError,
    RefusalError,
    TooManyRequestsError,
)
from services.identity.callers.domain import whole_seconds


class ChallengeNotFoundError(NotFoundError):
    """No code was asked for under this id, or it was too long ago."""

    detail = "Запрос кода не найден или устарел. Начните заново."


class WrongCodeError(RefusalError):
    """The code from the message is another one (e6)."""

    code = "wrong-code"
    status = 422
    title = "Код не подходит"

    def __init__(self, tries_left: int) -> None:
        detail = (
            f"Код введён неверно. Осталось попыток: {tries_left}."
            if tries_left
            else "Код введён неверно, попытки закончились. Запросите новый код."
        )
        super().__init__(detail, errors=[FieldError("/code", self.code, detail)])
        self.tries_left = tries_left


class CodeExpiredError(RefusalError):
    """The code is too old (I4)."""

    code = "code-expired"
    title = "Срок действия кода истёк"
    detail = "Срок действия кода истёк. Запросите новый код."


class CodeExhaustedError(RefusalError):
    """No tries left for this code (I4)."""

    code = "code-exhausted"
    title = "Попытки закончились"
    detail = "Попытки ввести этот код закончились. Запросите новый код."


class CodeUsedError(RefusalError):
    """The code did its work already."""

    code = "code-used"
    title = "Код уже использован"
    detail = "Этот код уже использован. Начните вход заново."


class ResendTooEarlyError(TooManyRequestsError):
    """The last code is on its way (e7)."""

    code = "resend-too-early"
    title = "Код уже отправлен"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(seconds, f"Код уже отправлен. Новый можно запросить через {seconds} с.")


class TooManyCodesError(TooManyRequestsError):
    """This phone or address has got enough codes for now (I17)."""

    code = "too-many-codes"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            f"На этот номер или адрес отправлено слишком много кодов. Повторите через "
            f"{math.ceil(seconds / 60)} мин.",
        )


class TooManyCodesAskedError(TooManyRequestsError):
    """This network, or this account, had enough codes sent for now, to whomever (I17)."""

    code = "too-many-codes-asked"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            "Из вашей сети запросили слишком много кодов. Повторите через "
            f"{math.ceil(seconds / 60)} мин. или войдите с паролем.",
        )


class TooManyGuessesError(TooManyRequestsError):
    """Somebody guesses at the codes of this account's authenticator (I4)."""

    code = "too-many-guesses"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            "Слишком много неверных кодов приложения. Повторите через "
            f"{math.ceil(seconds / 3600)} ч., войдите с устройства, на котором уже входили, или "
            "восстановите доступ.",
        )


class LongerCodeNeededError(RefusalError):
    """Somebody guesses at the codes of this contact: a short one is no answer any more (I4)."""

    code = "longer-code-needed"
    title = "Нужен новый код"
    detail = (
        "Для этого номера или адреса вводили слишком много неверных кодов. Запросите новый "
        "код: в нём будет больше цифр, и подобрать его нельзя."
    )
