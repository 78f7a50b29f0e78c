"""The journal, for the citizen whose messages they are (N2)."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.database.pages import Page
from services.notifier.delivery.domain.message import Message
from services.notifier.delivery.store import Messages


@dataclass(frozen=True)
class OwnMessages:
    """The messages of one citizen; never another's."""

    messages: Messages

    async def journal(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Message]:
        """The citizen's messages, newest first."""
        return await self.messages.journal(citizen_id, after=after, limit=limit)
