"""Everything identity hears: the answers of the state registry (I2)."""

from __future__ import annotations

from contracts.partners import IdentityChecked
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.identity.usecases import UseCases


def handlers(use: UseCases) -> Handlers:
    """Event type → handler."""

    async def identity_checked(incoming: Incoming[IdentityChecked]) -> None:
        said = incoming.data
        await use.profiles.record_check(
            said.account_id,
            said.revision,
            question=incoming.event.causationid,
            matched=said.matched,
            mismatches=said.mismatches,
            cause=incoming.cause,
        )

    return {IdentityChecked: identity_checked}
