"""How often receipts could not be sealed: the collection `receipts`, of failures only."""

from __future__ import annotations

from services.certificates.receipts.domain import Attempt
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records

INDEXES: Indexes = {"receipts": []}


class ReceiptStore(Records[Attempt]):
    """By application."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["receipts"], Mapper(Attempt, key="application_id"))
