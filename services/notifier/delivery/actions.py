"""What a feature above does with messages in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.work.transactions import Transaction
from services.notifier.delivery import events
from services.notifier.delivery.domain.message import Message, abandoned
from services.notifier.delivery.store import Messages
from services.notifier.templates.domain.content import Channel

SEND = {channel: f"send-{channel}" for channel in Channel}
"""The timer that carries a message to its channel."""


@dataclass(frozen=True)
class Queue:
    """Takes messages in. Nothing is sent here: each leaves a timer that is due at once."""

    messages: Messages

    async def put(self, tx: Transaction, messages: Sequence[Message]) -> None:
        """Send these when the transaction has committed."""
        await self.messages.add_all(tx, messages)
        for message in messages:
            await tx.set_timer(SEND[message.address.channel], message.id, message.created_at)

    async def abandon(self, tx: Transaction, message: Message, code: str, now: datetime) -> Message:
        """Keep a message that will never be sent, with the reason."""
        over = abandoned(message, code, now)
        return await self.messages.add(tx, over, events.ended(over))
