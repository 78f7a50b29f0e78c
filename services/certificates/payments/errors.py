"""Refusals of payments and of what the acquirer says. Strange money is kept for a person."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError, UnauthenticatedError


class PaymentNotSetUpError(RefusalError):
    """This installation has no acquirer."""

    code = "payment-not-set-up"
    title = "Оплата картой не подключена"

    def __init__(self) -> None:
        super().__init__(
            "Оплата картой на этой площадке не подключена. "
            "Оплатите счёт в банке по его номеру (УИН)."
        )


class AcquirerAwayError(RefusalError):
    """The acquirer does not answer; nothing was charged."""

    code = "acquirer-away"
    status = 503
    title = "Банк не отвечает"
    passing = True

    def __init__(self) -> None:
        super().__init__(
            "Банк сейчас не отвечает. Деньги не списаны: повторите оплату через минуту.",
            retry_after=30,
        )


class NoBillNeededError(RefusalError):
    """There is nothing to make a new bill for."""

    code = "bill-not-needed"
    title = "Новый счёт не нужен"

    def __init__(self) -> None:
        super().__init__(
            "Новый счёт выставляется, только когда срок прежнего истёк, а платить ещё нужно."
        )


class CallbackForgedError(UnauthenticatedError):
    """Whoever said it, was not the acquirer."""

    code = "callback-forged"
    title = "Подпись не принята"

    def __init__(self) -> None:
        super().__init__("Сообщение подписано не эквайером.")


class CallbackStaleError(UnauthenticatedError):
    """It was signed too long ago."""

    code = "callback-stale"
    title = "Сообщение устарело"

    def __init__(self) -> None:
        super().__init__("Сообщение подписано слишком давно: пришлите его снова с новой подписью.")
