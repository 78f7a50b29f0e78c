"""Signing sessions that ended before their time: a service hears it and keeps it so long (K5).

An act of a session carries its own end. What is kept here is only that its owner closed it, logged
out, was blocked or dismissed, until nobody can come with such an act any more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from contracts.envelope import Data
from contracts.identity import SigningSessionEnded
from services.chassis.database.client import Database, Indexes
from services.chassis.work.inbox import Incoming
from services.chassis.work.transactions import Transaction, Transactions

_KEPT = timedelta(days=30)  # as long as a document may wait to be sealed
INDEXES: Indexes = {
    "ended_signing_sessions": [
        IndexModel([("ended_at", ASCENDING)], expireAfterSeconds=int(_KEPT.total_seconds()))
    ]
}


class EndedSessions:
    """The collection `ended_signing_sessions`."""

    def __init__(self, db: Database) -> None:
        self._ended = db["ended_signing_sessions"]

    async def when(self, session_id: str) -> datetime | None:
        """When this session ended before its time, if it did."""
        found = await self._ended.find_one({"_id": session_id})
        return found["ended_at"] if found else None

    async def note(self, tx: Transaction, session_id: str, ended_at: datetime) -> None:
        """It ended. Said twice, it ended once."""
        change = {"$min": {"ended_at": ended_at}}
        await tx.update(self._ended, session_id, change, upsert=True)


def handlers(
    transactions: Transactions, ended: EndedSessions
) -> Mapping[type[Data], Callable[[Incoming[Any]], Awaitable[None]]]:
    """Event type → what to do with it."""

    async def heard(incoming: Incoming[SigningSessionEnded]) -> None:
        data = incoming.data

        async def work(tx: Transaction) -> None:
            await ended.note(tx, data.session_id, data.ended_at)

        await transactions.run(work, cause=incoming.cause)

    return {SigningSessionEnded: heard}
