"""Collections of uploads: `files`, `grants`, `results`, and what is `stored` in a month.

A file is added, and changes once where it waited to be scanned. Grants of an application are
replaced as a set, and the month is a counter that two uploads at once must both see.
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
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction
from services.documents.uploads.domain.files import Grant, Reader, Result, StoredFile
from services.documents.uploads.domain.quotas import Stored
from services.documents.uploads.errors import NoSuchFileError

_NEWEST = Sort("accepted_at", descending=True)
INDEXES: Indexes = {
    "files": [IndexModel([("owner_id", ASCENDING), *_NEWEST.keys])],
    "grants": [
        IndexModel([("file_id", ASCENDING), ("doctor_id", ASCENDING), ("until", ASCENDING)]),
        IndexModel(
            [("file_id", ASCENDING), ("clinic_id", ASCENDING), ("until", ASCENDING)],
            name="of_clinic",
            partialFilterExpression={"clinic_id": {"$type": "string"}},
        ),
        IndexModel([("application_id", ASCENDING)]),
        IndexModel([("until", ASCENDING)], expireAfterSeconds=0),
    ],
    "results": [],
    "stored": [IndexModel([("ends_at", ASCENDING)], expireAfterSeconds=0)],
}


class Files(Aggregates[StoredFile]):
    """Uploads, each of one person."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["files"],
            Mapper(StoredFile),
            not_found=NoSuchFileError,
            owner="owner_id",
        )
        self._grants = db["grants"]

    async def granted(self, file_id: str, reader: Reader, now: datetime) -> bool:
        """Whether this doctor's review, or a visit at this staff's clinic, has the upload now."""
        granted = {"file_id": file_id, "until": {"$gt": now}}
        if reader.doctor and await self._grants.find_one({**granted, "doctor_id": reader.id}):
            return True
        if not reader.clinics:
            return False
        here = {"clinic_id": {"$in": sorted(reader.clinics), "$type": "string"}}
        return await self._grants.find_one({**granted, **here}) is not None

    async def of_owner(self, owner_id: str, *, after: str | None, limit: int) -> Page[StoredFile]:
        """Uploads of this person, newest first."""
        return await self.page({"owner_id": owner_id}, _NEWEST, after=after, limit=limit)

    async def attachments(
        self, tx: Transaction, file_ids: Sequence[str], owner_id: str, results: Sequence[str]
    ) -> list[StoredFile]:
        """Those of the named uploads that are this citizen's, and those among the `results`."""
        found = await self.every(tx, {"_id": {"$in": list(file_ids)}})
        return [file for file in found if file.owner_id == owner_id or file.id in results]

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


class Results(Records[Result]):
    """Uploads of doctors that are results of somebody's examinations, by the id of the file."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["results"], Mapper(Result))

    async def about(self, tx: Transaction, file_ids: Sequence[str], citizen_id: str) -> list[str]:
        """Which of the named uploads are results about this citizen."""
        found = await self.every(tx, {"_id": {"$in": list(file_ids)}})
        return [result.id for result in found if result.citizen_id == citizen_id]


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
