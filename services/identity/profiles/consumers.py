"""The answers of the state registry (I2)."""

from __future__ import annotations

from contracts.partners import IdentityChecked
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.identity.profiles.usecases import Profiles, RegistryAnswer


def handlers(profiles: Profiles) -> Handlers:
    """Event type → handler."""

    async def identity_checked(incoming: Incoming[IdentityChecked]) -> None:
        checked = incoming.data
        answer = RegistryAnswer(
            checked.account_id,
            checked.revision,
            incoming.event.causationid,
            checked.matched,
            checked.mismatches,
            checked.reasons,
        )
        await profiles.record(answer, incoming.cause)

    return {IdentityChecked: identity_checked}
