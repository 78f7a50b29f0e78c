"""What the treasury says: contract → use case."""

from __future__ import annotations

from contracts.partners import PaymentReceived, PaymentRefunded
from services.certificates.bills.domain.parts import Channel
from services.certificates.bills.domain.verbs import Money
from services.certificates.payments.usecases.taking import Payments
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Payments) -> Handlers:
    """The handler of each event type."""

    async def payment_received(incoming: Incoming[PaymentReceived]) -> None:
        data = incoming.data
        money = Money(
            data.payment_id,
            Channel.TREASURY,
            data.amount_kopecks,
            in_milliseconds(data.paid_at),
            data.acquirer_payment_id,
        )
        await use.note(data.application_id, money, data.bill_number, cause=incoming.cause)

    async def payment_refunded(incoming: Incoming[PaymentRefunded]) -> None:
        data = incoming.data
        await use.note_refund(
            data.application_id,
            data.refund_id,
            data.amount_kopecks,
            in_milliseconds(data.refunded_at),
            cause=incoming.cause,
        )

    return {PaymentReceived: payment_received, PaymentRefunded: payment_refunded}
