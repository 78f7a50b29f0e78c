"""The collections `changes` and `settlements`: what was changed, and what became of each visit."""

from __future__ import annotations

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction
from services.scheduling.changes.domain import Change, Settlement, State
from services.scheduling.changes.errors import ChangeUnknownError

_NEWEST = Sort("at", descending=True)
_DONE = Sort("at")
INDEXES: Indexes = {
    "settlements": [IndexModel([("change_id", ASCENDING), *_DONE.keys])],
    "changes": [
        IndexModel([("clinic_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [
                ("clinic_id", ASCENDING),
                ("state", ASCENDING),
                ("at", DESCENDING),
                ("_id", DESCENDING),
            ]
        ),
    ],
}


class Changes(Aggregates[Change]):
    """Changes of clinics' timetables."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["changes"], Mapper(Change), not_found=ChangeUnknownError, owner="clinic_id"
        )

    async def of_clinic(
        self, clinic_id: str, state: State | None, *, after: str | None, limit: int
    ) -> Page[Change]:
        """A clinic's, newest first."""
        wanted = {"state": state.value} if state else {}
        query = {"clinic_id": clinic_id, **wanted}
        return await self.page(query, _NEWEST, after=after, limit=limit)

    async def applying(self, tx: Transaction, clinic_id: str) -> bool:
        """Whether one of the clinic's is being applied."""
        query = {"clinic_id": clinic_id, "state": State.APPLYING.value}
        return await self.first(tx, query) is not None


class Settlements(Records[Settlement]):
    """What became of each visit of a change."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["settlements"], Mapper(Settlement))

    async def of_change(self, change_id: str, *, after: str | None, limit: int) -> Page[Settlement]:
        """In the order of what was done."""
        return await self.page({"change_id": change_id}, _DONE, after=after, limit=limit)
