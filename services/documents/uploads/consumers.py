"""Everything uploads hear: whose review or visit has a file, and whose result it is."""

from __future__ import annotations

from contracts.certificates import ResultAttached, ReviewEnded, ReviewStarted
from contracts.scheduling import AppointmentFilesShared
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.documents.uploads.domain.files import Result
from services.documents.uploads.usecases.reviews import Reviews


def handlers(use: Reviews) -> Handlers:
    """The handler of each event type."""

    async def review_started(incoming: Incoming[ReviewStarted]) -> None:
        data = incoming.data
        await use.start(
            data.application_id,
            data.citizen_id,
            data.doctor_id,
            data.attachments,
            cause=incoming.latest("grants"),
        )

    async def review_ended(incoming: Incoming[ReviewEnded]) -> None:
        await use.end(incoming.data.application_id, cause=incoming.latest("grants"))

    async def result_attached(incoming: Incoming[ResultAttached]) -> None:
        data = incoming.data
        result = Result(
            id=data.file_id,
            application_id=data.application_id,
            citizen_id=data.citizen_id,
            doctor_id=data.doctor_id,
            attached_at=incoming.event.time,
        )
        await use.attach(result, cause=incoming.cause)

    async def files_shared(incoming: Incoming[AppointmentFilesShared]) -> None:
        data = incoming.data
        await use.share(
            data.appointment_id,
            data.citizen_id,
            data.clinic_id,
            data.file_ids,
            until=data.until,
            cause=incoming.latest("grants"),
        )

    return {
        ReviewStarted: review_started,
        ReviewEnded: review_ended,
        ResultAttached: result_attached,
        AppointmentFilesShared: files_shared,
    }
