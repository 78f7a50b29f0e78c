"""The collection `reviews`."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.scheduling.reviews.domain import Review, State
from services.scheduling.reviews.errors import ReviewUnknownError

_NEWEST = Sort("written_at", descending=True)
_OLDEST = Sort("written_at")
INDEXES: Indexes = {
    "reviews": [
        IndexModel(
            [("doctor_id", ASCENDING), *_NEWEST.keys],
            name="shown_of_doctor",
            partialFilterExpression={"state": State.SHOWN.value},
        ),
        IndexModel(
            _OLDEST.keys, name="waiting", partialFilterExpression={"state": State.WAITING.value}
        ),
    ]
}


class Reviews(Aggregates[Review]):
    """Reviews by visit."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["reviews"], Mapper(Review), not_found=ReviewUnknownError, owner="citizen_id"
        )

    async def shown(self, doctor_id: str, *, after: str | None, limit: int) -> Page[Review]:
        """What everybody reads of a doctor, newest first."""
        query = {"doctor_id": doctor_id, "state": State.SHOWN.value}
        return await self.page(query, _NEWEST, after=after, limit=limit)

    async def waiting(self, *, after: str | None, limit: int) -> Page[Review]:
        """What support has to read, oldest first."""
        query = {"state": State.WAITING.value}
        return await self.page(query, _OLDEST, after=after, limit=limit)
