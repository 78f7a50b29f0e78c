"""What is refused about people to staff."""

from __future__ import annotations

import math
from datetime import timedelta

from services.chassis.foundation.errors import (
    ForbiddenError,
    RefusalError,
    TooManyRequestsError,
)


class TooManySearchesError(TooManyRequestsError):
    """This member of staff looked for as many people as one may in an hour."""

    code = "too-many-searches"

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            max(1, math.ceil(wait.total_seconds())),
            "За час вы искали слишком много людей. Следующий поиск возможен через "
            f"{max(1, math.ceil(wait / timedelta(minutes=1)))} мин.",
        )


class OwnDataError(ForbiddenError):
    """A member of staff does it for themselves."""

    code = "own-data"
    title = "Свои данные меняет другой сотрудник"
    detail = "Это ваши собственные данные: попросите другого сотрудника."


class LookFirstError(RefusalError):
    """Data are corrected by who has opened them, with a reason."""

    code = "look-first"
    title = "Сначала откройте данные"
    detail = (
        "Исправить данные можно в течение часа после того, как вы открыли их и указали причину. "
        "Откройте данные этого человека и повторите."
    )


class NothingToCorrectError(RefusalError):
    """There is no profile that the person filled in."""

    code = "nothing-to-correct"
    title = "Исправлять нечего"
    detail = (
        "Человек ещё не заполнил профиль: помогите ему сделать это в личном кабинете. Сведения о "
        "ребёнке сверяют по просьбе его представителя."
    )


class PersonNotConfirmedError(RefusalError):
    """A number for somebody whom the registry has not confirmed."""

    code = "person-not-confirmed"
    title = "Личность не подтверждена"
    detail = (
        "Реестр не подтвердил этого человека. Если не подошёл номер полиса, пусть уберёт его из "
        "профиля: с паспортом или СНИЛС профиль подтвердят, тогда выдайте временный номер."
    )


class PolicyKnownError(RefusalError):
    """Who has a policy needs no temporary number."""

    code = "policy-known"
    title = "Полис уже есть"
    detail = "В подтверждённом профиле указан полис ОМС: временный номер не нужен."
