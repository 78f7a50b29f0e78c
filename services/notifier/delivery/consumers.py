"""What delivery hears of identity: one-time codes."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity import CodePii, CodeRequestedV2
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.notifier.delivery.domain.code import Code
from services.notifier.delivery.usecases import Codes
from services.notifier.recipients.domain import Address, nowhere
from services.notifier.templates.domain.content import Channel


@dataclass(frozen=True)
class _Consumers:
    codes: Codes
    encryption: Encryption

    async def code_requested(self, incoming: Incoming[CodeRequestedV2]) -> None:
        """Send it, unless it is for nobody: a decoy of identity, made so that no time tells it."""
        data = incoming.data
        pii = self.encryption.decrypt(data.pii.jwe, CodePii, about=data.bound_to)
        if pii.phone or pii.email:
            await self.codes.send(_code(incoming, pii), cause=incoming.cause)


def _code(incoming: Incoming[CodeRequestedV2], pii: CodePii) -> Code:
    data = incoming.data
    channel = Channel(data.channel)
    to = {Channel.SMS: pii.phone, Channel.EMAIL: pii.email}.get(channel)
    return Code(
        id=incoming.event.id,
        citizen_id=data.account_id,
        address=Address(channel, to) if to else nowhere(channel),
        purpose=data.purpose,
        expires_at=data.expires_at,
        value=pii.code,
    )


def handlers(codes: Codes, encryption: Encryption) -> Handlers:
    """Event type → what to do with it; `encryption` is that of one-time codes."""
    consumers = _Consumers(codes, encryption)
    return {CodeRequestedV2: consumers.code_requested}
