"""The collection `guarantees`: what was found of each promise on its last day."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.counting import counted
from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import NotFoundError
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.guarantee.domain import Guarantee, Watch

INDEXES: Indexes = {
    "guarantees": [
        IndexModel([("clinic_id", ASCENDING)], name="of_clinic"),
        IndexModel(
            [("guarantee", ASCENDING), ("day", ASCENDING)],
            name="missed",
            partialFilterExpression={"missed": True},
        ),
    ]
}


class Watches(Aggregates[Watch]):
    """Promises by clinic, specialty and kind."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["guarantees"], Mapper(Watch), not_found=NotFoundError, owner=None)

    async def of_clinic(self, tx: Transaction, clinic_id: str) -> dict[str, Watch]:
        """Those of a clinic, by id."""
        return {w.id: w for w in await self.every(tx, {"clinic_id": clinic_id})}

    async def missed(self, guarantee: Guarantee, since: str) -> int:
        """How many were missed when they were looked at, on that day or later."""
        query = {"guarantee": guarantee.value, "missed": True, "day": {"$gte": since}}
        return await counted(self.collection, query, hint="missed")
