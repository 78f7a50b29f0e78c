"""The refusals of receipts."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class TrackingNumberMistypedError(RefusalError):
    """The check digit does not fit."""

    code = "number-mistyped"
    status = 422
    title = "В номере ошибка"
    detail = "Такого номера заявления не бывает. Сверьте его с квитанцией: 12 цифр."
