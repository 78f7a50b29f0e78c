"""Serialises what is counted for an account: drafts of a citizen, claims of a doctor."""

from __future__ import annotations

from services.chassis.database.client import Database, Indexes
from services.chassis.work.transactions import Transaction

INDEXES: Indexes = {"desks": []}


class Desks:
    """The collection `desks`: one document an account."""

    def __init__(self, db: Database) -> None:
        self._desks = db["desks"]

    async def hold(self, tx: Transaction, account_id: str) -> None:
        """Whoever else is counted for this account before the transaction ends waits.

        It writes: two claims that only count would both find the last place free, and so would two
        drafts.
        """
        await tx.update(self._desks, account_id, {"$inc": {"held": 1}}, upsert=True)
