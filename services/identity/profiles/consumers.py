"""The answers of the state registry (I2)."""

from __future__ import annotations

from contracts.partners import IdentityChecked
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.identity.profiles.usecases import Profiles, RegistryAnswer


def handlers(profiles: Profiles) -> Handlers:
    """Event type → handler."""

    async def identity_checked(incoming: Incoming[IdentityChecked]) -> None:
        said = incoming.data
        answer = RegistryAnswer(
            said.account_id,
            said.revision,
            incoming.event.causationid,
            said.matched,
            () if said.matched else tuple(said.mismatches),
        )
        await profiles.record(answer, incoming.cause)

    return {IdentityChecked: identity_checked}
