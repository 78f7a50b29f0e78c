"""What documents says of certificates that cannot be sealed; talons pass by."""

from __future__ import annotations

from contracts.documents import DocumentKind, SealingFailed
from contracts.orders import Paper
from services.certificates.receipts.actions import Receipts
from services.certificates.reviews.usecases.decisions import Decisions
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Decisions, receipts: Receipts) -> Handlers:
    """The handler of each event type."""

    async def sealing_failed(incoming: Incoming[SealingFailed]) -> None:
        data = incoming.data
        if data.paper == Paper.RECEIPT:
            await receipts.failed(data.reference_id, cause=incoming.cause)
        elif data.kind is DocumentKind.CERTIFICATE:
            await use.reopen(data.reference_id, data.number, data.reason, cause=incoming.cause)

    return {SealingFailed: sealing_failed}
