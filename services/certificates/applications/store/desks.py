"""What is counted for an account: drafts and applications of a citizen, claims of a doctor."""

from __future__ import annotations

from datetime import date

from services.certificates.applications.domain.begun import Begun
from services.chassis.database.client import Database, Indexes
from services.chassis.work.transactions import Transaction

INDEXES: Indexes = {"desks": []}


class Desks:
    """The collection `desks`: one document an account."""

    def __init__(self, db: Database) -> None:
        self._desks = db["desks"]

    async def hold(self, tx: Transaction, account_id: str) -> None:
        """Whoever else is counted for this account before the transaction ends waits.

        It writes: two claims that only count would both find the last place free.
        """
        await tx.update(self._desks, account_id, {"$inc": {"held": 1}}, upsert=True)

    async def begun(self, tx: Transaction, citizen_id: str) -> Begun | None:
        """The drafts that this citizen began on the last day when they began any."""
        found = await tx.find_one(self._desks, {"_id": citizen_id})
        if found is None or "day" not in found:
            return None
        return Begun(date.fromisoformat(found["day"]), found["drafts"])

    async def begin(self, tx: Transaction, citizen_id: str, begun: Begun) -> None:
        """One draft more; holds the desk as well."""
        counted = {"day": begun.day.isoformat(), "drafts": begun.drafts}
        await tx.update(self._desks, citizen_id, {"$set": counted}, upsert=True)
