"""Why a patient cannot take a time that is free."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.chassis.foundation.errors import (
    ForbiddenError,
    RefusalError,
    TooManyRequestsError,
)
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


class LimitedAfterMissesError(RefusalError):
    """Who did not come time and again books one visit after the other for a while (A33)."""

    code = "limited-after-misses"
    title = "Запись ограничена из-за неявок"

    def __init__(self, misses: int, active: int, until: datetime) -> None:
        super().__init__(
            f"Неявок без отмены за последнее время: {misses} или больше. Поэтому "
            f"до {spoken(until)} можно иметь не больше {active} предстоящей записи. Ещё одну может "
            "сделать регистратура поликлиники. Если неявка отмечена ошибочно, попросите "
            "регистратуру её снять."
        )
        self.until = until


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


class TooManyHoldsError(RefusalError):
    """The patient holds as many slots as is fair while others look for time (A32)."""

    code = "too-many-holds"
    title = "Слишком много придержанных приёмов"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Одновременно можно придержать не больше {limit} приёмов. "
            "Завершите запись или верните время, которое не нужно."
        )
        self.limit = limit


class TooManyHoldsTodayError(TooManyRequestsError):
    """The patient has held as many slots in a day as is fair, however that ended (A32)."""

    code = "too-many-holds-today"
    title = "Слишком много броней за сутки"

    def __init__(self, limit: int, wait: timedelta) -> None:
        hours = math.ceil(wait / timedelta(hours=1))
        super().__init__(
            math.ceil(wait.total_seconds()),
            f"За сутки можно придержать время не больше {limit} раз. Записаться на свободное время "
            f"можно и без этого; придержать снова – через {hours} ч.",
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


class RejectedError(ForbiddenError):
    """The registry does not agree with the profile: what is wrong, and where it is put right."""


class PolicyInvalidError(RejectedError):
    """There is no such policy (e22)."""

    code = "policy-invalid"
    title = "Полиса ОМС с таким номером нет"
    detail = (
        "В номере полиса ОМС ошибка. Исправьте его в профиле или обратитесь с полисом в "
        "регистратуру поликлиники: номер исправят там. После проверки запись откроется."
    )


class PolicyExpiredError(RejectedError):
    """The policy is out of date (e22)."""

    code = "policy-expired"
    title = "Срок действия полиса ОМС истёк"
    detail = (
        "Срок действия полиса ОМС истёк. Укажите новый полис в профиле. Пока его нет, уберите "
        "номер из профиля и попросите временный страховой номер в чате поддержки."
    )


class PolicyNotLinkedError(RejectedError):
    """The policy is not known to be this person's (e24)."""

    code = "policy-not-linked"
    title = "Полис ОМС не привязан к вам"
    detail = (
        "Полис ОМС не привязан к вашей учётной записи. Придите с паспортом и полисом в "
        "регистратуру поликлиники или обратитесь в свою страховую организацию."
    )


class NameMismatchError(RejectedError):
    """The name is not that of the passport (e23)."""

    code = "name-mismatch"
    title = "ФИО не совпадает с паспортом"
    detail = (
        "Фамилия, имя или отчество не такие, как в паспорте. Опечатку исправьте в профиле; если "
        "вы сменили имя, придите с паспортом в регистратуру поликлиники: данные исправят там, и "
        "записаться можно будет без второго визита."
    )


class BirthDateMismatchError(RejectedError):
    """The birth date is not that of the papers."""

    code = "birth-date-mismatch"
    title = "Дата рождения не совпадает с документами"
    detail = (
        "Дата рождения не такая, как в документах. Исправьте её в профиле или придите с "
        "паспортом в регистратуру поликлиники."
    )


class CertificateNotLinkedError(RejectedError):
    """A foreigner or a disabled person without a linked electronic certificate (e34)."""

    code = "certificate-not-linked"
    title = "Электронный сертификат не привязан"
    detail = (
        "В реестре к вам не привязан электронный сертификат или документ. Запишитесь лично: "
        "придите с документами в регистратуру поликлиники, там же их внесут в систему."
    )


class PolicyRequiredError(ForbiddenError):
    """The clinic asks for a policy, and there is none (e21)."""

    code = "policy-required"
    title = "Клинике нужен полис"
    detail = (
        "Эта клиника записывает только с полисом ОМС. Укажите его в профиле, попросите "
        "временный страховой номер в чате или по телефону поддержки (это быстро и без визита), "
        "выберите другую клинику или запишитесь в регистратуре."
    )


REJECTIONS: Mapping[str, type[RejectedError]] = {
    rejection.code: rejection
    for rejection in (
        PolicyInvalidError,
        PolicyExpiredError,
        PolicyNotLinkedError,
        NameMismatchError,
        BirthDateMismatchError,
        CertificateNotLinkedError,
    )
}
"""By the code of a mismatch; of the others the profile tells which field is wrong."""
