"""Counters with a window: codes per destination, bad logins, requests per address (I5, I17).

Tries are counted by one atomic update outside any transaction: a try counts even though the request
that made it is refused, and of many tries at once each gets its own number. What counts only when
it is done is counted in the transaction that does it. A store of its own: counters are updated in
place and tell nobody anything.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.chassis.database.client import Database, Indexes
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction

INDEXES: Indexes = {
    "counters": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)],
}


@dataclass(frozen=True)
class Hit:
    """One counted try: whether it is within the limit, and how long until its window ends."""

    allowed: bool
    until: datetime
    wait: timedelta


class Counters:
    """The collection `counters`; keys are HMACs, so it names nobody."""

    def __init__(self, db: Database, secret: bytes, now: Callable[[], datetime]) -> None:
        self._collection = db["counters"]
        self._secret = secret
        self._now = now

    def key(self, what: str, about: str) -> str:
        """The key of a counter."""
        return f"{what}:{hmac.digest(self._secret, about.encode(), 'sha256').hex()}"

    async def hit(
        self,
        key: str,
        *,
        limit: int,
        window: timedelta,
        extend: bool = False,
    ) -> Hit:
        """Count one, at once and whatever becomes of the request.

        The window begins with its first hit; with `extend` each hit up to the limit moves its end,
        so that the limit, once reached, holds for a whole window.
        """
        now = self._now()
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
        )
        until: datetime = found["until"]
        return Hit(found["count"] <= limit, until, until - now)

    async def hit_in(self, tx: Transaction, key: str, *, limit: int, window: timedelta) -> Hit:
        """Count one in the transaction that does what is counted."""
        now = self._now()
        found = await tx.find_one(self._collection, {"_id": key})
        if found is not None and found["until"] > now:
            count, until = found["count"] + 1, found["until"]
        else:
            count, until = 1, now + window
        counted = {"_id": key, "count": count, "until": until}
        await tx.replace(self._collection, {"_id": key}, counted, duplicate=DuplicateError)
        return Hit(count <= limit, until, until - now)

    async def spent(self, key: str, *, limit: int) -> bool:
        """Whether the limit is reached; counts nothing."""
        found = await self._collection.find_one(
            {"_id": key, "count": {"$gte": limit}, "until": {"$gt": self._now()}}
        )
        return found is not None

    async def refund(self, key: str, tries: int) -> None:
        """Take counted tries back, where their window has not ended."""
        await self._collection.update_one(
            {"_id": key},
            [{"$set": {"count": {"$max": [0, {"$subtract": ["$count", tries]}]}}}],
        )

    async def clear(self, key: str) -> None:
        """Forget what was counted."""
        await self._collection.delete_one({"_id": key})
