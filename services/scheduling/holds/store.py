"""The collection `holds`: slots that citizens hold or held, for as long as they may ask of them."""

from __future__ import annotations

from datetime import timedelta

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.scheduling.holds.domain import CitizenHold
from services.scheduling.holds.errors import HoldUnknownError

_LATEST = Sort("held_at", descending=True)
_KEPT = timedelta(days=30)
INDEXES: Indexes = {
    "holds": [
        IndexModel([("citizen_id", ASCENDING), *_LATEST.keys], name="of_citizen"),
        IndexModel("until", expireAfterSeconds=int(_KEPT.total_seconds())),
    ]
}


class Holds(Aggregates[CitizenHold]):
    """Holds by id. The slot itself says whose it is."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["holds"], Mapper(CitizenHold), not_found=HoldUnknownError, owner="citizen_id"
        )

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[CitizenHold]:
        """A citizen's holds, the latest first."""
        return await self.page({"citizen_id": citizen_id}, _LATEST, after=after, limit=limit)
