"""What is refused about profiles."""

from __future__ import annotations

import math
from datetime import timedelta

from services.chassis.foundation.errors import (
    ForbiddenError,
    RefusalError,
    TooManyRequestsError,
)
from services.identity.callers.domain import whole_seconds


class TooManyProfilesError(TooManyRequestsError):
    """The state registry was asked about this account often enough for a day."""

    code = "too-many-profiles"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            "Профиль отправляли на проверку слишком много раз. Следующая проверка возможна через "
            f"{math.ceil(seconds / 3600)} ч.",
        )


class MinorNeedsRepresentativeError(ForbiddenError):
    """Who is younger than 14 has no account of their own (d12, e33)."""

    code = "minor-needs-representative"
    title = "До 14 лет действует представитель"
    detail = (
        "До 14 лет человек пользуется порталом через родителя или опекуна: тот добавляет ребёнка "
        "в своём личном кабинете. Если представителя на портале нет, придите с ним и с "
        "документами в регистратуру поликлиники."
    )


class NotAskedError(RefusalError):
    """The registry answers a question that nobody asked: kept for a person, believed by nobody."""

    code = "not-asked"
    detail = "Ответ реестра не относится ни к одному запросу о сверке профиля."
