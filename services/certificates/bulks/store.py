"""The collections `bulks` and `bulk_rows`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.certificates.bulks.domain.bulk import Bulk, Line, Outcome
from services.certificates.bulks.errors import UnknownBulkError
from services.chassis.database import counting
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction

_REPORTS = timedelta(days=365)
_NEWEST_FIRST = Sort("created_at", descending=True)
_IN_ORDER = Sort("position", text=True)
INDEXES: Indexes = {
    "bulks": [
        IndexModel([
            ("organisation_id", ASCENDING),
            ("created_at", DESCENDING),
            ("_id", DESCENDING),
        ])
    ],
    "bulk_rows": [
        IndexModel([("bulk_id", ASCENDING), *_IN_ORDER.keys]),
        IndexModel([("bulk_id", ASCENDING), ("outcome", ASCENDING), *_IN_ORDER.keys]),
        IndexModel([("read_at", ASCENDING)], expireAfterSeconds=int(_REPORTS.total_seconds())),
    ],
}  # fmt: skip


class Kept(NamedTuple):
    """How many rows were kept: new ones, and refused ones that get another try."""

    new: int
    again: int


class BulkStore:
    """Bulks, found by their organisation or not at all, and their rows."""

    def __init__(self, db: Database) -> None:
        self.bulks = Aggregates(
            db["bulks"], Mapper(Bulk), not_found=UnknownBulkError, owner="organisation_id"
        )
        self.lines = Records(db["bulk_rows"], Mapper(Line))

    async def page(self, organisation_id: str, after: str | None, limit: int) -> Page[Bulk]:
        """An organisation's bulks, newest first."""
        query = {"organisation_id": organisation_id}
        return await self.bulks.page(query, _NEWEST_FIRST, after=after, limit=limit)

    async def known(self, tx: Transaction | None, ids: Sequence[str]) -> dict[str, Line]:
        """Those of these rows that are kept."""
        found = await self.lines.every(tx, {"_id": {"$in": list(ids)}})
        return {line.id: line for line in found}

    async def keep(self, tx: Transaction, lines: Sequence[Line]) -> Kept:
        """Keep rows that are new, or were refused before; how many of each there are."""
        before, again = await self.known(tx, [line.id for line in lines]), 0
        for line in lines:
            had = before.get(line.id)
            if had is None:
                await self.lines.put(tx, line)
            elif had.outcome is Outcome.REFUSED:
                await self.lines.put(tx, replace(line, position=had.position))
                again += 1
        return Kept(len(lines) - len(before), again)

    async def how_many(self, tx: Transaction, bulk_id: str) -> int:
        """How many rows a bulk has."""
        return await tx.count(self.lines.collection, {"bulk_id": bulk_id})

    async def waiting(self, bulk_id: str, limit: int) -> list[Line]:
        """The next rows that nobody has dealt with."""
        query = {"bulk_id": bulk_id, "outcome": Outcome.WAITING.value}
        return await self.lines.every(None, query, _IN_ORDER, limit)

    async def counted(self, bulk_id: str) -> dict[Outcome, int]:
        """How many rows there are of each outcome; no more than a bulk may have."""
        return {
            outcome: await counting.counted(
                self.lines.collection, {"bulk_id": bulk_id, "outcome": outcome.value}
            )
            for outcome in Outcome
        }

    async def rows(
        self, bulk_id: str, outcome: Outcome | None, after: str | None, limit: int
    ) -> Page[Line]:
        """The report."""
        query = {"bulk_id": bulk_id} | ({"outcome": outcome.value} if outcome else {})
        return await self.lines.page(query, _IN_ORDER, after=after, limit=limit)
