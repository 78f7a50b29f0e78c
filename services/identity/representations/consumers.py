"""The answers of the civil registry (I12)."""

from __future__ import annotations

from contracts.partners import RepresentationChecked
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.identity.representations.usecases import Claims, RegistryAnswer


def handlers(claims: Claims) -> Handlers:
    """Event type → handler."""

    async def representation_checked(incoming: Incoming[RepresentationChecked]) -> None:
        checked = incoming.data
        answer = RegistryAnswer(
            checked.right_id, incoming.event.causationid, checked.matched, checked.mismatches
        )
        await claims.answered(answer, cause=incoming.cause)

    return {RepresentationChecked: representation_checked}
