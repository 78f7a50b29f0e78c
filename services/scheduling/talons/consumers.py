"""What talons hear of documents: sealed, or not."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.documents import DocumentKind, DocumentSealed, SealingFailed
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.talons.usecases import Talons


@dataclass(frozen=True)
class _Consumers:
    talons: Talons

    async def document_sealed(self, incoming: Incoming[DocumentSealed]) -> None:
        data = incoming.data
        if data.kind is DocumentKind.TALON:  # certificates are not ours
            await self.talons.sealed(
                data.reference_id, data.number, data.document_id, cause=incoming.cause
            )

    async def sealing_failed(self, incoming: Incoming[SealingFailed]) -> None:
        data = incoming.data
        if data.kind is DocumentKind.TALON:
            await self.talons.failed(
                data.reference_id, data.number, data.reason_code, cause=incoming.cause
            )


def handlers(talons: Talons) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(talons)
    return {DocumentSealed: consumers.document_sealed, SealingFailed: consumers.sealing_failed}
