"""The collection `problems`: kept with the visit, listed for support."""

from __future__ import annotations

from collections.abc import Collection

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.desk.domain import Problem, ProblemState
from services.scheduling.desk.errors import ProblemUnknownError

_OLDEST = Sort("at")
INDEXES: Indexes = {
    "problems": [
        IndexModel([("state", ASCENDING), *_OLDEST.keys], name="by_state"),
        IndexModel(
            [("state", ASCENDING), ("clinic_id", ASCENDING), *_OLDEST.keys], name="of_clinics"
        ),
        IndexModel([("appointment_id", ASCENDING), *_OLDEST.keys], name="of_visit"),
    ]
}


class Problems(Aggregates[Problem]):
    """Who waits longest is first."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["problems"], Mapper(Problem), not_found=ProblemUnknownError, owner="citizen_id"
        )

    async def of_visit(
        self, tx: Transaction | None, appointment_id: str, *, limit: int
    ) -> list[Problem]:
        """All of a visit, the first first."""
        return await self.every(tx, {"appointment_id": appointment_id}, _OLDEST, limit)

    async def by_state(
        self,
        state: ProblemState,
        clinics: Collection[str] | None,
        *,
        after: str | None,
        limit: int,
    ) -> Page[Problem]:
        """Those in this state of visits to these clinics (None: to all), the oldest first."""
        here = {} if clinics is None else {"clinic_id": {"$in": sorted(clinics)}}
        return await self.page({"state": state.value, **here}, _OLDEST, after=after, limit=limit)
