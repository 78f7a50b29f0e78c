"""Collections of uploads: `files`, `grants` of doctors, and what a citizen has `stored` in a month.

A file is only added. Grants of an application are replaced as a set, and the month is a counter
that two uploads at once must both see: these two are written in ways of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.documents.uploads.domain import Grant, Stored, StoredFile
from services.documents.uploads.errors import NoSuchFileError

_NEWEST = Sort("accepted_at", descending=True)
INDEXES: Indexes = {
    "files": [IndexModel([("owner_id", ASCENDING), *_NEWEST.keys])],
    "grants": [
        IndexModel([("file_id", ASCENDING), ("doctor_id", ASCENDING), ("until", ASCENDING)]),
        IndexModel([("application_id", ASCENDING)]),
        IndexModel([("until", ASCENDING)], expireAfterSeconds=0),
    ],
    "stored": [IndexModel([("ends_at", ASCENDING)], expireAfterSeconds=0)],
}


class Files(Aggregates[StoredFile]):
    """Accepted uploads, each of one citizen."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["files"],
            Mapper(StoredFile),
            not_found=NoSuchFileError,
            owner="owner_id",
        )
        self._grants = db["grants"]

    async def of_doctor(self, file_id: str, doctor_id: str, now: datetime) -> StoredFile | None:
        """An upload that this doctor's review has now."""
        query = {"file_id": file_id, "doctor_id": doctor_id, "until": {"$gt": now}}
        grant = await self._grants.find_one(query)
        return await self.find(None, file_id) if grant else None

    async def of_citizen(self, owner_id: str, *, after: str | None, limit: int) -> Page[StoredFile]:
        """Uploads of this citizen, newest first."""
        return await self.page({"owner_id": owner_id}, _NEWEST, after=after, limit=limit)

    async def attachments(
        self, tx: Transaction, file_ids: Sequence[str], owner_id: str
    ) -> list[StoredFile]:
        """Those of the named uploads that are this citizen's."""
        return await self.every(tx, {"_id": {"$in": list(file_ids)}, "owner_id": owner_id})

    async def replace_grants(
        self, tx: Transaction, application_id: str, grants: Sequence[Grant]
    ) -> None:
        """Let these be the only grants of an application."""
        await self._grants.delete_many({"application_id": application_id}, session=tx.session)
        if grants:
            await self._grants.insert_many(
                [{"_id": f"{g.application_id}:{g.file_id}", **asdict(g)} for g in grants],
                session=tx.session,
            )


class Months:
    """How much each citizen has stored in a month."""

    def __init__(self, db: Database) -> None:
        self._stored = db["stored"]

    async def of_citizen(self, owner_id: str, month: date) -> Stored:
        """What this citizen has stored in a month so far."""
        found = await self._stored.find_one({"_id": _id(owner_id, month)})
        return Stored(month, found["files"], found["bytes"]) if found else Stored(month)

    async def add(self, tx: Transaction, owner_id: str, month: Stored, size: int) -> Stored:
        """Count one file more; of two at once the second waits for the first."""
        found = await self._stored.find_one_and_update(
            {"_id": _id(owner_id, month.month)},
            {"$inc": {"files": 1, "bytes": size}, "$set": {"ends_at": month.ends_at}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=tx.session,
        )
        return Stored(month.month, found["files"], found["bytes"])


def _id(owner_id: str, month: date) -> str:
    return f"{owner_id}:{month:%Y-%m}"
