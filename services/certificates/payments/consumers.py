"""What the treasury says: contract → use case."""

from __future__ import annotations

from contracts.partners import PaymentReceived
from services.certificates.payments.domain import Payment
from services.certificates.payments.usecases import Payments
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Payments) -> Handlers:
    """The handler of each event type."""

    async def payment_received(incoming: Incoming[PaymentReceived]) -> None:
        data = incoming.data
        paid_at = in_milliseconds(data.paid_at)
        payment = Payment(data.payment_id, data.amount_kopecks, paid_at)
        await use.note(data.application_id, payment, cause=incoming.cause)

    return {PaymentReceived: payment_received}
