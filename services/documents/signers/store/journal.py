"""The collections `signatures` (lines are only added), `signature_heads` and `journal_keys`."""

from __future__ import annotations

from dataclasses import dataclass

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.documents.signers.domain.journal import Entry, Head, entry_id
from services.documents.signers.domain.signer import Key

_NEWEST = Sort("at", descending=True)
_IN_ORDER = Sort("_id")
KEY = "journal"
"""The one key of the journal, and whose it is."""
INDEXES: Indexes = {
    "signatures": [
        IndexModel([("doctor_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("doctor_id", ASCENDING), *_NEWEST.keys]),
        IndexModel([("clinic_id", ASCENDING), *_NEWEST.keys]),
    ],
    "signature_heads": [],
    "journal_keys": [],
}


@dataclass(frozen=True)
class JournalKey:
    """The key that signs entries."""

    id: str
    key: Key


class Journal:
    """The journal of signing."""

    def __init__(self, db: Database) -> None:
        self.entries = Records[Entry](db["signatures"], Mapper(Entry))
        self.heads = Records[Head](db["signature_heads"], Mapper(Head))
        self.keys = Records[JournalKey](db["journal_keys"], Mapper(JournalKey))

    async def add(self, tx: Transaction, entry: Entry) -> None:
        """Keep the next line; of two at once the second comes after the first."""
        await self.heads.put(tx, Head(entry.doctor_id, entry.seq, entry.hash))
        await self.entries.add_all(tx, [entry])

    async def head(self, tx: Transaction | None, doctor_id: str) -> Head:
        """Where a doctor's chain stands."""
        return await self.heads.find(tx, doctor_id) or Head(doctor_id)

    async def of_doctor(self, doctor_id: str, *, after: str | None, limit: int) -> Page[Entry]:
        """A doctor's lines, newest first."""
        return await self.entries.page({"doctor_id": doctor_id}, _NEWEST, after=after, limit=limit)

    async def of_clinic(self, clinic_id: str, *, after: str | None, limit: int) -> Page[Entry]:
        """A clinic's lines, newest first."""
        return await self.entries.page({"clinic_id": clinic_id}, _NEWEST, after=after, limit=limit)

    async def stretch(self, doctor_id: str, after: int, limit: int) -> list[Entry]:
        """The lines of a doctor that follow a number, in their order."""
        query = {"doctor_id": doctor_id, "_id": {"$gt": entry_id(doctor_id, after)}}
        return await self.entries.every(None, query, _IN_ORDER, limit)

    async def one(self, doctor_id: str, seq: int) -> Entry | None:
        """A line by its number."""
        return await self.entries.find(None, entry_id(doctor_id, seq))
