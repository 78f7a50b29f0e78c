"""What doctors were shown, and whose claims or drafts are being counted."""

from __future__ import annotations

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.certificates.applications.domain.looks import Look
from services.certificates.applications.store.mapping import Mapper
from services.certificates.applications.store.positions import Position, after_position
from services.chassis.database.client import Database, Indexes, Session

INDEXES: Indexes = {
    "looks": [
        IndexModel(
            [("application_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="of_application",
        )
    ],
    "desks": [],
}
_looks = Mapper(Look)


class Looks:
    """Lines are added in the transaction that shows, and never changed."""

    def __init__(self, db: Database) -> None:
        """Keep the collections."""
        self.looks = db["looks"]
        self._desks = db["desks"]

    async def add(self, look: Look, session: Session) -> None:
        """One more line."""
        await self.looks.insert_one(_looks.document(look), session=session)

    async def of(
        self, application_id: str, citizen_id: str, *, after: Position | None, limit: int
    ) -> list[Look]:
        """Who was shown this citizen's application, newest first."""
        query = {
            "application_id": application_id,
            "citizen_id": citizen_id,
            **after_position("at", after, descending=True),
        }
        order = [("at", DESCENDING), ("_id", DESCENDING)]
        cursor = self.looks.find(query).sort(order).limit(limit)
        return [_looks.value(document) async for document in cursor]

    async def hold_desk(self, account_id: str, session: Session) -> None:
        """Whoever else is counted for this account before the transaction ends waits.

        It writes: two claims that only count would both find the last place free, and so would two
        drafts.
        """
        await self._desks.update_one(
            {"_id": account_id}, {"$inc": {"held": 1}}, upsert=True, session=session
        )
