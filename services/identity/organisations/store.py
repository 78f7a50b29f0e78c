"""The collection `organisations`."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.identity.organisations.domain import Organisation, Standing
from services.identity.organisations.errors import OrganisationNotFoundError

_NEWEST = Sort("created_at", descending=True)
INDEXES: Indexes = {
    "organisations": [
        IndexModel([("head_id", ASCENDING), *_NEWEST.keys], name="of_head"),
        IndexModel(
            "ogrn",
            name="one_confirmed",
            unique=True,
            partialFilterExpression={"state": Standing.CONFIRMED.value},
        ),
    ]
}


class Organisations(Aggregates[Organisation]):
    """Legal entities; a second confirmed one of the same ОГРН is a `DuplicateError`."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["organisations"],
            Mapper(Organisation),
            not_found=OrganisationNotFoundError,
            owner="head_id",
        )

    async def of_head(self, head_id: str, *, after: str | None, limit: int) -> Page[Organisation]:
        """Those of this head, newest first."""
        return await self.page({"head_id": head_id}, _NEWEST, after=after, limit=limit)
