"""What documents says of sealed certificates. Talons are scheduling's, and pass by."""

from __future__ import annotations

from contracts.documents import DocumentKind, DocumentSealed
from contracts.orders import Paper
from services.certificates.receipts.actions import Receipts
from services.certificates.registry.domain.certificate import Sealed
from services.certificates.registry.usecases import Registry
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Registry, receipts: Receipts) -> Handlers:
    """The handler of each event type."""

    async def document_sealed(incoming: Incoming[DocumentSealed]) -> None:
        data = incoming.data
        if data.paper == Paper.RECEIPT:
            await receipts.keep(data.reference_id, data.document_id, cause=incoming.cause)
        elif data.kind is DocumentKind.CERTIFICATE:
            sealed = Sealed(data.document_id, data.sha256)
            await use.issue(data.reference_id, data.number, sealed, cause=incoming.cause)

    return {DocumentSealed: document_sealed}
