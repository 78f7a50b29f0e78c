"""Who was shown an application: lines that are added in the transaction that shows, and stay."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.certificates.applications.domain.looks import Look
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records

_NEWEST = Sort("at", descending=True)
INDEXES: Indexes = {
    "looks": [IndexModel([("application_id", ASCENDING), *_NEWEST.keys], name="of_application")]
}


class LookStore(Records[Look]):
    """The collection `looks`."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["looks"], Mapper(Look), owner="citizen_id")

    async def of_application(
        self, application_id: str, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """Who was shown this citizen's application, newest first."""
        query = {"application_id": application_id, "citizen_id": citizen_id}
        return await self.page(query, _NEWEST, after=after, limit=limit)
