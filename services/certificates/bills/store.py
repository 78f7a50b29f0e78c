"""Bills in MongoDB: by id, by application, by citizen."""

from __future__ import annotations

from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.certificates.bills.domain.bill import Bill, BillState
from services.certificates.bills.errors import UnknownBillError
from services.chassis.database import counting
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction

_NEWEST = Sort("issued_at", descending=True)
_REFUNDING = {"refund_since": {"$type": "date"}}
INDEXES: Indexes = {
    "bills": [
        IndexModel("number", unique=True),
        IndexModel("application_id"),
        IndexModel([("citizen_id", ASCENDING), *_NEWEST.keys], name="of_citizen"),
        IndexModel("state"),
        IndexModel("refund_since", name="refunding", partialFilterExpression=_REFUNDING),
        # money counts for one bill, whoever tells of it
        IndexModel(
            "payments.id",
            unique=True,
            partialFilterExpression={"payments.id": {"$type": "string"}},
        ),
    ]
}


class BillStore(Aggregates[Bill]):
    """The collection `bills`. A payment that another bill has leaves as `DuplicateError`."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["bills"], Mapper(Bill), not_found=UnknownBillError, owner="citizen_id")

    async def of_application(self, tx: Transaction | None, application_id: str) -> list[Bill]:
        """The bills of an application, the latest last."""
        found = await self.every(tx, {"application_id": application_id})
        return sorted(found, key=lambda bill: bill.ordinal)

    async def of_citizen(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Bill]:
        """A citizen's bills, newest first."""
        return await self.page({"citizen_id": citizen_id}, _NEWEST, after=after, limit=limit)

    async def counted(self) -> dict[BillState, int]:
        """How many there are of each state, for the gauges."""
        return {
            state: await counting.counted(self.collection, {"state": state.value})
            for state in BillState
        }

    async def refunding_since(self) -> datetime | None:
        """When the oldest refund was asked for that is not back yet."""
        oldest = await self.collection.find_one(
            _REFUNDING, {"refund_since": 1}, sort=[("refund_since", ASCENDING)]
        )
        found: datetime | None = oldest["refund_since"] if oldest else None
        return found
