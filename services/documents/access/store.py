"""The collection `reads`: who was given a link to what, and when. Lines are only added."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.documents.access.domain.content import Read

_NEWEST = Sort("at", descending=True)
INDEXES: Indexes = {"reads": [IndexModel([("subject_id", ASCENDING), *_NEWEST.keys])]}


class Reads(Records[Read]):
    """The access journal."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["reads"], Mapper(Read), owner="owner_id")

    async def of_subject(
        self, subject_id: str, owner_id: str, *, after: str | None, limit: int
    ) -> Page[Read]:
        """The journal of one of this citizen's files or documents, newest first."""
        query = {"subject_id": subject_id, "owner_id": owner_id}
        return await self.page(query, _NEWEST, after=after, limit=limit)
