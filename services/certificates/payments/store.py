"""Payments that the acquirer tells of and that fit no bill: kept until a person has looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.certificates.payments.domain.orders import Paid
from services.chassis.database import counting
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records

INDEXES: Indexes = {"strange_payments": []}


@dataclass(frozen=True)
class StrangePayment:
    """What was told under an order's id, and why it was not taken."""

    id: str
    why: str
    heard_at: datetime
    payments: tuple[Paid, ...]


class Strange(Records[StrangePayment]):
    """The collection `strange_payments`."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["strange_payments"], Mapper(StrangePayment))

    async def counted(self) -> int:
        """How many wait for a person."""
        return await counting.counted(self.collection, {}, hint="_id_")
