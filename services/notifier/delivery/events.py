"""What the notifier says: what became of a message. Never its text, never an address."""

from __future__ import annotations

from contracts.envelope import Data
from contracts.identity import Channel
from contracts.notifier import MessageAbandoned, MessageDelivered
from services.notifier.delivery.domain.message import Message, Status


def ended(message: Message) -> Data:
    """The fact that a message is delivered or abandoned."""
    if message.status is Status.DELIVERED:
        return MessageDelivered(
            message_id=message.id,
            citizen_id=message.citizen_id,
            channel=Channel(message.address.channel),
            template=message.template,
            cause_id=message.cause_id,
            delivered_at=message.history[-1].at,
        )
    return MessageAbandoned(
        message_id=message.id,
        citizen_id=message.citizen_id,
        channel=Channel(message.address.channel),
        template=message.template,
        cause_id=message.cause_id,
        reason_code=message.reason_code,
    )
