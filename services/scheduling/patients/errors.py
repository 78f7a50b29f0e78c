"""Why a patient cannot take a time that is free."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.work.arrivals import NotHereYetError
from services.scheduling.timetable.errors import spoken


class OverlapError(RefusalError):
    """The patient is to be somewhere else at that time."""

    code = "appointments-overlap"
    title = "Записи пересекаются"

    def __init__(self, other: datetime) -> None:
        super().__init__(
            f"У вас уже есть запись {spoken(other)}, и приёмы пересекаются. "
            "Выберите другое время или отмените прежнюю запись."
        )
        self.other = other


class TooManyActiveError(RefusalError):
    """The patient holds as many appointments as is fair (A32)."""

    code = "too-many-appointments"
    title = "Слишком много записей"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Одновременно можно иметь не больше {limit} предстоящих записей. "
            "Отмените ту, что не нужна, и повторите."
        )
        self.limit = limit


class TooManyBookingsError(TooManyRequestsError):
    """The patient has booked as often in a day as one may, whatever was cancelled since."""

    code = "too-many-bookings"
    title = "Слишком много записей за сутки"

    def __init__(self, limit: int, wait: timedelta) -> None:
        seconds = math.ceil(wait.total_seconds())
        hours = math.ceil(wait / timedelta(hours=1))
        super().__init__(
            seconds,
            f"За сутки можно записаться не больше {limit} раз, отменённые записи тоже считаются. "
            f"Записаться снова можно через {hours} ч или по телефону поликлиники. "
            "Записи, которые у вас есть, остаются.",
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
