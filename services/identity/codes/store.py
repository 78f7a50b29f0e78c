"""Challenges: one-time codes as HMACs, forgotten an hour after their beginning.

`put` replaces without comparing versions: it runs in the transaction that read the challenge, and a
snapshot makes two writers of one document conflict, so no two tries are counted as one.
"""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Document, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.identity.codes.domain import Challenge, Purpose

INDEXES: Indexes = {
    "challenges": [
        IndexModel([("forget_at", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("account_id", ASCENDING)], name="account"),
    ],
}
_OF_AN_ACCOUNT = [p.value for p in Purpose if p is not Purpose.REGISTRATION]


class _Documents(Mapper[Challenge]):
    """The contact lies open in the document."""

    def document(self, value: Challenge) -> dict[str, Any]:
        document = super().document(value)
        return {**document, **document.pop("contact")}

    def value(self, document: Document) -> Challenge:
        contact = {"channel": document["channel"], "address": document["address"]}
        return super().value({**document, "contact": contact})


class Challenges:
    """The collection `challenges`."""

    def __init__(self, db: Database) -> None:
        self._challenges = Records(db["challenges"], _Documents(Challenge))

    async def find(
        self, tx: Transaction | None, challenge_id: str, purpose: Purpose
    ) -> Challenge | None:
        """The challenge with this id, if it is one of this purpose."""
        query = {"_id": challenge_id, "purpose": purpose.value}
        return await self._challenges.first(tx, query)

    async def put(self, tx: Transaction, challenge: Challenge) -> None:
        """The challenge as it is now."""
        await self._challenges.put(tx, challenge)

    async def end_all(self, tx: Transaction, account_id: str) -> None:
        """No open question about this account can be answered any more.

        Whoever answers one at the same moment writes the same document: one of the two waits.
        """
        purposes = {"$in": _OF_AN_ACCOUNT}
        query = {"account_id": account_id, "purpose": purposes, "used": False}
        for challenge in await self._challenges.every(tx, query):
            await tx.delete(self._challenges.collection, challenge.id)
