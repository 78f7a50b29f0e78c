"""What the post says: contract → use case."""

from __future__ import annotations

from contracts.partners import LetterAccepted
from services.certificates.delivery.usecases import Letters
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


def handlers(use: Letters) -> Handlers:
    """The handler of each event type."""

    async def letter_accepted(incoming: Incoming[LetterAccepted]) -> None:
        data = incoming.data
        await use.note(
            data.application_id, data.certificate_id, data.postal_number, cause=incoming.cause
        )

    return {LetterAccepted: letter_accepted}
