"""Inquiries and the parts of their answers; parts go when the application is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.certificates.records.domain.entries import Entry
from services.certificates.records.domain.inquiries import Inquiry
from services.certificates.records.domain.matching import Patient
from services.certificates.records.errors import NoRecordError
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction

INDEXES: Indexes = {"inquiries": [], "record_parts": []}


@dataclass(frozen=True)
class RecordPart:
    """A part of an answer, as it came: `found` and the patient stand in each."""

    id: str
    found: bool
    patient: Patient | None
    entries: tuple[Entry, ...]


class RecordStore:
    """Everything is found by an id that the application gives."""

    def __init__(self, db: Database) -> None:
        self.inquiries: Aggregates[Inquiry] = Aggregates(
            db["inquiries"], Mapper(Inquiry), not_found=NoRecordError, owner="citizen_id"
        )
        self._parts = Records(db["record_parts"], Mapper(RecordPart))

    async def keep(self, tx: Transaction, part: RecordPart) -> None:
        """Keep a part."""
        await self._parts.put(tx, part)

    async def parts(self, tx: Transaction | None, ids: Sequence[str]) -> list[RecordPart]:
        """These parts, in this order."""
        found = await self._parts.every(tx, {"_id": {"$in": [*ids]}}) if ids else []
        by_id = {part.id: part for part in found}
        return [by_id[id_] for id_ in ids if id_ in by_id]

    async def drop(self, tx: Transaction, ids: Sequence[str]) -> None:
        """Throw parts away (C32)."""
        for id_ in ids:
            await tx.delete(self._parts.collection, id_)
