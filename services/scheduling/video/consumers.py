"""What video visits hear: an application needs one, or none any more."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.certificates import ApplicationWithdrawn, VideoVisitRequested
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.video.domain import Order
from services.scheduling.video.usecases.arranging import Arranging


@dataclass(frozen=True)
class _Consumers:
    arranging: Arranging

    async def visit_requested(self, incoming: Incoming[VideoVisitRequested]) -> None:
        data = incoming.data
        ordered = Order(
            data.application_id,
            data.citizen_id,
            data.clinic_id,
            data.specialties,
            data.not_before,
        )
        await self.arranging.order(ordered, cause=incoming.cause)

    async def application_withdrawn(self, incoming: Incoming[ApplicationWithdrawn]) -> None:
        await self.arranging.end(incoming.data.application_id, cause=incoming.cause)


def handlers(arranging: Arranging) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(arranging)
    return {
        VideoVisitRequested: consumers.visit_requested,
        ApplicationWithdrawn: consumers.application_withdrawn,
    }
