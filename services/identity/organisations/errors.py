"""What is refused about organisations."""

from __future__ import annotations

import math
from datetime import timedelta

from services.chassis.foundation.errors import (
    NotFoundError,
    RefusalError,
    TooManyRequestsError,
)
from services.identity.callers.domain import whole_seconds


class OrganisationNotFoundError(NotFoundError):
    """There is none, or it is not theirs."""

    detail = "Такой организации нет среди ваших."


class OrganisationNotConfirmedError(RefusalError):
    """The register has not agreed with it."""

    code = "organisation-not-confirmed"
    title = "Организация не подтверждена"
    detail = "Представителей можно назвать, когда реестр подтвердит организацию."


class OfferNotFoundError(NotFoundError):
    """There is none for who asks, or its time is over."""

    code = "offer-not-found"
    detail = "Такого предложения для вас нет, или срок ответа прошёл."


class TooManyQuestionsError(TooManyRequestsError):
    """Enough was asked, or offered, for a day."""

    code = "too-many-organisation-requests"

    def __init__(self, wait: timedelta) -> None:
        seconds = whole_seconds(wait)
        super().__init__(
            seconds,
            "За сутки сделано слишком много таких запросов. Следующий возможен через "
            f"{math.ceil(seconds / 3600)} ч.",
        )
