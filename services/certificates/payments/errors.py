"""The refusal of a payment. It is kept, so that a person can look into it."""

from __future__ import annotations

from services.chassis.foundation.errors import RefusalError


class PaymentUnexpectedError(RefusalError):
    """The treasury tells of a payment that fits no application."""

    code = "payment-unexpected"

    def __init__(self, why: str) -> None:
        super().__init__(f"Платёж не принят: {why}.")
