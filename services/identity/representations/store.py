"""The collection `representations`: kept for ever, those that ended, too."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.identity.representations.domain import Representation, State
from services.identity.representations.errors import (
    AlreadyRepresentsError,
    RepresentationNotFoundError,
)

_NEWEST = Sort("created_at", descending=True)
INDEXES: Indexes = {
    "representations": [
        IndexModel([("representative_id", ASCENDING), *_NEWEST.keys], name="of_representative"),
        IndexModel([("subject_id", ASCENDING), *_NEWEST.keys], name="of_subject"),
        IndexModel(
            [("representative_id", ASCENDING), ("subject_id", ASCENDING)],
            name="one_in_force",
            unique=True,
            partialFilterExpression={"state": State.ACTIVE.value},
        ),
        IndexModel(
            [("offer.to", ASCENDING), *_NEWEST.keys],
            name="offered_to",
            partialFilterExpression={"state": State.OFFERED.value},
        ),
    ]
}
_OFFERS = 100
_OPEN = [State.CHECKING.value, State.ACTIVE.value]


class Representations(Aggregates[Representation]):
    """Who acts for whom. A second one in force for the same two is `AlreadyRepresentsError`."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["representations"],
            Mapper(Representation),
            not_found=RepresentationNotFoundError,
            owner="representative_id",
            duplicate=lambda _: AlreadyRepresentsError(),
        )

    async def in_force(
        self, tx: Transaction | None, representative_id: str, subject_id: str
    ) -> Representation | None:
        """By which this one may act for that one."""
        query = {
            "representative_id": representative_id,
            "subject_id": subject_id,
            "state": State.ACTIVE.value,
        }
        return await self.first(tx, query)

    async def open_of(self, tx: Transaction, representative_id: str, limit: int) -> int:
        """How many this one has, or has asked for; counted up to the limit."""
        query = {"representative_id": representative_id, "state": {"$in": _OPEN}}
        return len(await self.every(tx, query, limit=limit))

    async def offered_to(self, names: Sequence[str]) -> list[Representation]:
        """What waits for the answer of who is found by one of these, newest first."""
        query = {"offer.to": {"$in": list(names)}, "state": State.OFFERED.value}
        return await self.every(None, query, _NEWEST, limit=_OFFERS)

    async def of_representative(
        self, account_id: str, *, after: str | None, limit: int
    ) -> Page[Representation]:
        """Whom this one represents or asked to, newest first."""
        return await self.page({"representative_id": account_id}, _NEWEST, after=after, limit=limit)

    async def of_subject(
        self, subject_id: str, *, after: str | None, limit: int
    ) -> Page[Representation]:
        """Who represents this one, newest first."""
        return await self.page({"subject_id": subject_id}, _NEWEST, after=after, limit=limit)
