"""The collection `requests`: what desks are asked for, the most urgent first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.counting import counted
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.requests.domain import Request, State
from services.scheduling.requests.errors import RequestUnknownError

_BY_DUE = Sort("due_at")
_LATEST = Sort("requested_at", descending=True)
_OPEN = [State.OPEN.value, State.OFFERED.value]
_UNANSWERED = {"partialFilterExpression": {"state": State.OPEN.value}}
INDEXES: Indexes = {
    "requests": [
        IndexModel([("clinic_id", ASCENDING), *_BY_DUE.keys], name="of_clinic", **_UNANSWERED),
        IndexModel(_BY_DUE.keys, name="unanswered", **_UNANSWERED),
        IndexModel([("citizen_id", ASCENDING), *_LATEST.keys], name="of_citizen"),
        IndexModel(
            [("citizen_id", ASCENDING)],
            name="open_of_citizen",
            partialFilterExpression={"state": {"$in": _OPEN}},
        ),
        IndexModel([("state", ASCENDING)], name="by_state"),
    ],
    "requesting_citizens": [],
}


class Requests(Aggregates[Request]):
    """What citizens ask desks for."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["requests"], Mapper(Request), not_found=RequestUnknownError, owner="citizen_id"
        )
        self._citizens = db["requesting_citizens"]

    async def count(self, tx: Transaction, citizen_id: str) -> None:
        """Two new ones of one citizen both write theirs: the second sees the first."""
        await tx.update(self._citizens, citizen_id, {"$inc": {"requests": 1}}, upsert=True)

    async def open_of(self, tx: Transaction, citizen_id: str) -> list[Request]:
        """Those of a citizen that go on."""
        return await self.every(tx, {"citizen_id": citizen_id, "state": {"$in": _OPEN}})

    async def unanswered(
        self,
        clinics: Collection[str] | None,
        *,
        due_before: datetime | None,
        after: str | None,
        limit: int,
    ) -> Page[Request]:
        """What these desks (None: all) have to answer, the most urgent first."""
        query: dict[str, Any] = {"state": State.OPEN.value}
        if clinics is not None:
            query["clinic_id"] = {"$in": sorted(clinics)}
        if due_before is not None:
            query["due_at"] = {"$lte": due_before}
        return await self.page(query, _BY_DUE, after=after, limit=limit)

    async def of_citizen(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Request]:
        """A citizen's, the latest first."""
        return await self.page({"citizen_id": citizen_id}, _LATEST, after=after, limit=limit)

    async def left(self, state: State) -> int:
        """How many are in this state."""
        return await counted(self.collection, {"state": state.value}, hint="by_state")

    async def overdue(self, now: datetime) -> int:
        """How many should have been answered."""
        query = {"state": State.OPEN.value, "due_at": {"$lte": now}}
        return await counted(self.collection, query, hint="unanswered")
