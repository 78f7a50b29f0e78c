"""Counters with a window: codes per destination, bad logins, requests per address (I5, I17).

Tries are counted by one atomic update outside any transaction: a try counts even though the request
that made it is refused, and of many tries at once each gets its own number. What counts only when
it is done is counted in the transaction that does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.chassis.database.client import Database, Indexes, Session

INDEXES: Indexes = {
    "counters": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)],
}


@dataclass(frozen=True)
class Hit:
    """One counted try: its number in the window, whether it is within the limit, when all ends."""

    count: int
    allowed: bool
    until: datetime


class Counters:
    """The collection `counters`; keys are HMACs, so it names nobody."""

    def __init__(self, db: Database) -> None:
        """Keep the collection."""
        self._collection = db["counters"]

    async def hit(
        self,
        key: str,
        *,
        limit: int,
        window: timedelta,
        now: datetime,
        extend: bool = False,
        session: Session | None = None,
    ) -> Hit:
        """Count one.

        The window begins with its first hit; with `extend` each hit up to the limit moves its end,
        so that the limit, once reached, holds for a whole window.
        """
        end = now + window
        alive: dict[str, Any] = {"$gt": ["$until", now]}
        moves: dict[str, Any] = {"$and": [extend, {"$lt": ["$count", limit]}]}
        found = await self._collection.find_one_and_update(
            {"_id": key},
            [
                {
                    "$set": {
                        "count": {"$cond": [alive, {"$add": ["$count", 1]}, 1]},
                        "until": {"$cond": [{"$and": [alive, {"$not": [moves]}]}, "$until", end]},
                    }
                }
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return Hit(found["count"], found["count"] <= limit, found["until"])

    async def spent(self, key: str, *, limit: int, now: datetime) -> datetime | None:
        """When the window ends, if the limit is reached; counts nothing."""
        found = await self._collection.find_one(
            {"_id": key, "count": {"$gte": limit}, "until": {"$gt": now}}
        )
        until: datetime | None = found["until"] if found else None
        return until

    async def refund(self, key: str, tries: int) -> None:
        """Take counted tries back, where their window has not ended."""
        await self._collection.update_one(
            {"_id": key},
            [{"$set": {"count": {"$max": [0, {"$subtract": ["$count", tries]}]}}}],
        )

    async def clear(self, key: str) -> None:
        """Forget what was counted."""
        await self._collection.delete_one({"_id": key})
