"""What is refused about acting for another."""

from __future__ import annotations

import math
from datetime import timedelta

from services.chassis.foundation.errors import (
    ForbiddenError,
    NotFoundError,
    RefusalError,
    TooManyRequestsError,
)
from services.identity.callers.domain import whole_seconds


class RepresentationNotFoundError(NotFoundError):
    """There is none, or it is nothing of theirs."""

    detail = "Такого представительства нет среди ваших."


class NoRightError(NotFoundError):
    """They may not act for this one: whether there is such a person is not told."""

    code = "no-right"
    detail = "У вас нет действующих полномочий за этого человека или организацию."


class DecidedError(RefusalError):
    """It was decided before."""

    code = "representation-decided"
    detail = "По этой просьбе решение уже принято."


class NotInForceError(RefusalError):
    """There is nothing to end."""

    code = "representation-ended"
    detail = "Полномочия уже не действуют."


class AlreadyRepresentsError(RefusalError):
    """They may act for this one already."""

    code = "already-represents"
    title = "Полномочия уже есть"
    detail = "Этот человек уже представлен тем же представителем: сначала прекратите прежнее."


class AnotherPersonError(RefusalError):
    """The numbers are those of somebody who is called otherwise, or was born on another day."""

    code = "another-person"
    title = "Номер принадлежит другому человеку"
    detail = (
        "СНИЛС или свидетельство о рождении в системе принадлежат человеку с другими именем или "
        "датой рождения. Сверьте документы."
    )


class RepresentativeClosedError(ForbiddenError):
    """An administrator closed the account of the representative."""

    code = "representative-blocked"
    detail = "Учётная запись представителя заблокирована."


class OwnRepresentationError(ForbiddenError):
    """Nobody confirms that they themselves represent somebody."""

    code = "own-representation"
    detail = "Это ваша собственная просьба: документы сверит другой регистратор."


class UnderageRepresentativeError(ForbiddenError):
    """They are too young to represent anybody."""

    code = "representative-underage"
    title = "Представителем быть рано"

    def __init__(self, needed: int) -> None:
        super().__init__(f"Представлять другого можно с {needed} лет.")


class TooManyWardsError(RefusalError):
    """They represent, or ask to represent, as many as one may."""

    code = "too-many-wards"
    title = "Слишком много представляемых"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Одновременно можно представлять не больше {limit} человек. "
            "Если их больше, обратитесь в регистратуру поликлиники."
        )


class TooManyClaimsError(TooManyRequestsError):
    """The registry was asked about this account's wards often enough for a day."""

    code = "too-many-claims"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            "Представительство проверяли слишком много раз. Следующая проверка возможна через "
            f"{math.ceil(seconds / 3600)} ч.",
        )
