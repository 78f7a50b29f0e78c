"""What scheduling says of video visits: contract → use case."""

from __future__ import annotations

from contracts.scheduling import VideoVisitAwaited, VideoVisitBooked, VideoVisitCancelled
from services.certificates.applications.domain.parts import Visit
from services.certificates.visits.usecases import Visits
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Visits) -> Handlers:
    """The handler of each event type."""

    async def booked(incoming: Incoming[VideoVisitBooked]) -> None:
        data = incoming.data
        visit = Visit(
            data.visit_id,
            data.doctor_id,
            in_milliseconds(data.starts_at),
            in_milliseconds(data.ends_at),
        )
        await use.note(data.application_id, visit, cause=incoming.cause)

    async def cancelled(incoming: Incoming[VideoVisitCancelled]) -> None:
        data = incoming.data
        await use.call_off(data.application_id, data.visit_id, cause=incoming.cause)

    async def awaited(incoming: Incoming[VideoVisitAwaited]) -> None:
        await use.seek(incoming.data.application_id, cause=incoming.cause)

    return {
        VideoVisitBooked: booked,
        VideoVisitCancelled: cancelled,
        VideoVisitAwaited: awaited,
    }
