"""Refusals about bills. Strange money is kept, so that a person can look into it."""

from __future__ import annotations

from services.chassis.foundation.errors import NotFoundError, RefusalError

_CANNOT = {
    "paid": "Счёт уже оплачен: платить второй раз не нужно.",
    "expired": "Срок оплаты счёта истёк. Запросите новый счёт в заявлении и оплатите его.",
    "cancelled": "Счёт отменён: платить по нему не нужно.",
    "refunding": "Деньги по этому счёту возвращаются: платить по нему нельзя.",
    "refunded": "Деньги по этому счёту возвращены: платить по нему нельзя.",
}


class UnknownBillError(NotFoundError):
    """There is no such bill, or it is another citizen's."""

    code = "bill-not-found"

    def __init__(self) -> None:
        super().__init__("Счёт не найден.")


class UnknownPaymentError(NotFoundError):
    """Somebody tells of an order or a refund that was never made here."""

    code = "payment-not-found"

    def __init__(self) -> None:
        super().__init__("Такого платежа или возврата нет.")


class BillNotPayableError(RefusalError):
    """The bill is paid already, or cannot be paid any more."""

    code = "bill-not-payable"
    title = "Счёт нельзя оплатить"

    def __init__(self, state: str) -> None:
        super().__init__(_CANNOT.get(state, "Этот счёт нельзя оплатить."))


class TooManyAttemptsError(RefusalError):
    """As many attempts to pay this bill were made as may be."""

    code = "too-many-payment-attempts"
    title = "Слишком много попыток оплаты"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"По этому счёту было уже {most} попыток оплаты. Когда его срок истечёт, запросите "
            "новый счёт в заявлении; деньги, списанные с карты, вернутся сами."
        )


class PaymentUnexpectedError(RefusalError):
    """A payment is told of that cannot be, or that fits no bill."""

    code = "payment-unexpected"

    def __init__(self, why: str) -> None:
        super().__init__(f"Платёж не принят: {why}.")
