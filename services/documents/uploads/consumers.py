"""Everything uploads hear: whose review has a file, and when it ends."""

from __future__ import annotations

from contracts.certificates import ReviewEnded, ReviewStarted
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.uploads.usecases import Uploads


def handlers(use: Uploads) -> Handlers:
    """The handler of each event type."""

    async def review_started(incoming: Incoming[ReviewStarted]) -> None:
        data = incoming.data
        await use.start_review(
            data.application_id,
            data.citizen_id,
            data.doctor_id,
            data.attachments,
            cause=incoming.latest("grants"),
        )

    async def review_ended(incoming: Incoming[ReviewEnded]) -> None:
        await use.end_review(incoming.data.application_id, cause=incoming.latest("grants"))

    return {ReviewStarted: review_started, ReviewEnded: review_ended}
