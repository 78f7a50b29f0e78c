"""Notices that wait for contacts, and what was told already."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.notifier.announcements.domain import Notice

_OLDEST = Sort("created_at")
_KEPT = timedelta(days=120)
INDEXES: Indexes = {
    "notices": [IndexModel([("citizen_id", ASCENDING), *_OLDEST.keys])],
    "told": [IndexModel("at", expireAfterSeconds=int(_KEPT.total_seconds()))],
}


class Notices(Records[Notice]):
    """Notices whose citizens cannot be reached yet."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["notices"], Mapper(Notice), owner="citizen_id")

    async def drop(self, tx: Transaction, notice: Notice) -> None:
        """It waits no longer."""
        await tx.delete(self.collection, notice.id)

    async def waiting(self, tx: Transaction, citizen_id: str) -> list[Notice]:
        """The notices that wait for a citizen's contacts, oldest first."""
        return await self.every(tx, {"citizen_id": citizen_id}, _OLDEST)


class Told:
    """What is told once, whichever of several events brings it."""

    def __init__(self, db: Database) -> None:
        self._told = db["told"]

    async def has(self, tx: Transaction, what: str) -> bool:
        """Whether this was told."""
        return await tx.find_one(self._told, {"_id": what}) is not None

    async def newer(self, tx: Transaction, what: str, seq: int) -> bool:
        """Whether something newer was told of this."""
        found = await tx.find_one(self._told, {"_id": what})
        return found is not None and bool(found["seq"] > seq)

    async def newest(self, tx: Transaction, what: str, seq: int, now: datetime) -> bool:
        """Whether nothing newer was told of this; from now on nothing older is."""
        found = await tx.find_one(self._told, {"_id": what})
        if found is not None and found["seq"] >= seq:
            return False
        await tx.update(self._told, what, {"$set": {"at": now, "seq": seq}}, upsert=True)
        return True

    async def first_time(self, tx: Transaction, what: str, now: datetime) -> bool:
        """Whether this was not told before; from now on it was."""
        if await self.has(tx, what):
            return False
        await tx.update(self._told, what, {"$set": {"at": now}}, upsert=True)
        return True
