"""Collections of uploads: `files`, `grants` of doctors, and what a citizen has `stored` in a month.

A file is only added. Grants of an application are replaced as a set, and the month is a counter
that two uploads at once must both see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.foundation.errors import DuplicateError
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
        documents = {f"{g.application_id}:{g.file_id}": asdict(g) for g in grants}
        for earlier in await tx.find(self._grants, {"application_id": application_id}):
            if earlier["_id"] not in documents:
                await tx.delete(self._grants, earlier["_id"])
        for id_, document in documents.items():
            grant = {"_id": id_, **document}
            await tx.replace(self._grants, {"_id": id_}, grant, duplicate=DuplicateError)


class Months:
    """How much each citizen has stored in a month."""

    def __init__(self, db: Database) -> None:
        self._stored = db["stored"]

    async def of_citizen(self, tx: Transaction | None, owner_id: str, month: date) -> Stored:
        """What this citizen has stored in a month so far."""
        query = {"_id": _id(owner_id, month)}
        if tx is None:
            found = await self._stored.find_one(query)
        else:
            found = await tx.find_one(self._stored, query)
        return Stored(month, found["files"], found["bytes"]) if found else Stored(month)

    async def put(self, tx: Transaction, owner_id: str, stored: Stored) -> None:
        """What it is now; of two who counted at once the second counts again."""
        id_ = _id(owner_id, stored.month)
        month = {"files": stored.files, "bytes": stored.bytes, "ends_at": stored.ends_at}
        counted = {"_id": id_, **month}
        await tx.replace(self._stored, {"_id": id_}, counted, duplicate=DuplicateError)


def _id(owner_id: str, month: date) -> str:
    return f"{owner_id}:{month:%Y-%m}"
