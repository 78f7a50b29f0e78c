"""Messages, and what nobody is to be told of any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.database.reads import Read
from services.chassis.database.together import read_together
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.notifier.delivery.domain.message import Message

_KEPT = timedelta(days=120)
_NEWEST = Sort("created_at", descending=True)
INDEXES: Indexes = {
    "messages": [IndexModel([("citizen_id", ASCENDING), *_NEWEST.keys])],
    "called_off": [IndexModel("at", expireAfterSeconds=int(_KEPT.total_seconds()))],
}


class _MessageMapper(Mapper[Message]):
    """The hash of what was sent is kept beside it: it proves the text, whatever shows it later."""

    def document(self, value: Message) -> dict[str, Any]:
        return {**super().document(value), "content_sha256": value.content.sha256}


class Messages(Aggregates[Message]):
    """Every message, for ever: the journal (N2)."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["messages"], _MessageMapper(Message), not_found=LookupError, owner="citizen_id"
        )

    async def journal(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Message]:
        """A citizen's messages, newest first."""
        return await self.page({"citizen_id": citizen_id}, _NEWEST, after=after, limit=limit)


class CalledOff:
    """Visits and certificates of which nothing more is sent, also when their news came too late."""

    def __init__(self, db: Database) -> None:
        self._called_off = db["called_off"]

    async def add(self, tx: Transaction, subject_id: str, now: datetime) -> None:
        """Remember that nobody is to be told more of this."""
        await tx.update(self._called_off, subject_id, {"$set": {"at": now}}, upsert=True)

    async def has(self, tx: Transaction | None, subject_id: str) -> bool:
        """Whether it was called off, even by an event that came too early."""
        query = {"_id": subject_id}
        if tx is None:
            return bool(await read_together(Read(self._called_off, query, limit=1)))
        return await tx.find_one(self._called_off, query) is not None
