"""The collections `imports`, `import_rows` (the report), and, for days, the file and its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction
from services.importing.domain import Import, ReportRow
from services.importing.errors import ImportNotFoundError
from services.importing.table import Outcome

_REPORTS = timedelta(days=90)
_CELLS = timedelta(days=3)
"""What people are called and where they live is not kept for the report."""
_PART = 1 << 20
_NEWEST_FIRST = Sort("created_at", descending=True)
_IN_ORDER = Sort()


def _expiring(field: str, after: timedelta) -> IndexModel:
    return IndexModel([(field, ASCENDING)], expireAfterSeconds=int(after.total_seconds()))


INDEXES: Indexes = {
    "imports": [
        IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("by", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
        _expiring("created_at", _REPORTS),
    ],
    "import_rows": [
        IndexModel([("import_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("import_id", ASCENDING), ("outcome", ASCENDING), ("_id", ASCENDING)]),
        _expiring("read_at", _REPORTS),
    ],
    "import_cells": [
        IndexModel([("marks", ASCENDING)]),
        _expiring("read_at", _CELLS),
    ],
    "import_parts": [_expiring("read_at", _CELLS)],
}


@dataclass(frozen=True)
class Cells:
    """What stands in a row, by field, and its marks, each with the import's id before it."""

    id: str
    number: int
    values: Mapping[str, Any]
    marks: tuple[str, ...]
    read_at: datetime


class ImportStore:
    """Imports, their rows and their files."""

    def __init__(self, db: Database) -> None:
        self._imports = Aggregates(
            db["imports"], Mapper(Import), not_found=ImportNotFoundError, owner="by"
        )
        self._rows = Records(db["import_rows"], Mapper(ReportRow))
        self._cells = Records(db["import_cells"], Mapper(Cells))
        self._parts = db["import_parts"]

    async def get(self, tx: Transaction | None, import_id: str, *, owner: str | None) -> Import:
        """One, if it is the owner's.

        Raises:
            ImportNotFoundError: there is none.
        """
        return await self._imports.get(tx, import_id, owner=owner)

    async def add(self, tx: Transaction, found: Import) -> Import:
        """A new one, whose file is kept already."""
        return await self._imports.add(tx, found)

    async def save(self, tx: Transaction, found: Import) -> Import:
        """How far it is.

        Raises:
            StaleVersionError: somebody else went on with it.
        """
        return await self._imports.save(tx, found)

    async def page(self, owner: str | None, after: str | None, limit: int) -> Page[Import]:
        """Imports, newest first; of all administrators where no owner is named."""
        query = {} if owner is None else {"by": owner}
        return await self._imports.page(query, _NEWEST_FIRST, after=after, limit=limit)

    async def keep_file(self, import_id: str, content: bytes, now: datetime) -> int:
        """The file, in so many parts: no document may have the whole of it.

        Not in a transaction, and before the import: what belongs to none, expires.
        """
        starts = range(0, len(content), _PART)
        for number, start in enumerate(starts):
            part = {"data": content[start : start + _PART], "read_at": now}
            await self._parts.replace_one({"_id": f"{import_id}:{number:04d}"}, part, upsert=True)
        return len(starts)

    async def file(self, found: Import) -> bytes:
        """The file again.

        Raises:
            LookupError: it is not kept any more.
        """
        content = bytearray()
        for number in range(found.parts):
            part = await self._parts.find_one({"_id": f"{found.id}:{number:04d}"})
            if part is None:
                raise LookupError(found.id)
            content += part["data"]
        return bytes(content)

    async def keep(
        self, tx: Transaction, rows: Sequence[ReportRow], cells: Sequence[Cells], now: datetime
    ) -> None:
        """Rows that were read; those that are refused already have no cells."""
        documents = [{**self._rows.mapper.document(row), "read_at": now} for row in rows]
        await tx.insert(self._rows.collection, documents, duplicate=DuplicateError)
        await self._cells.add_all(tx, cells)

    async def piece(self, found: Import, limit: int) -> list[ReportRow]:
        """The next rows that are not dealt with, of one table."""
        beyond = {"import_id": found.id, "_id": {"$gt": row_id(found.id, found.done)}}
        rows = await self._rows.every(None, beyond, _IN_ORDER, limit)
        return [row for row in rows if row.table == rows[0].table]

    async def cells(self, rows: Iterable[ReportRow]) -> dict[str, Cells]:
        """What stands in these rows, by their ids."""
        found = await self._cells.every(None, {"_id": {"$in": [row.id for row in rows]}})
        return {cells.id: cells for cells in found}

    async def marked(self, marks: Iterable[str]) -> dict[str, int]:
        """Which of these marks rows have, and the first row of each."""
        wanted = set(marks)
        found: dict[str, int] = {}
        for cells in await self._cells.every(None, {"marks": {"$in": sorted(wanted)}}):
            for mark in wanted.intersection(cells.marks):
                found[mark] = min(cells.number, found.get(mark, cells.number))
        return found

    async def report(self, tx: Transaction, rows: Sequence[ReportRow]) -> None:
        """What became of rows."""
        for row in rows:
            errors = [vars(error) for error in row.errors]
            outcome = row.outcome and row.outcome.value
            change = {"$set": {"outcome": outcome, "errors": errors}}
            await tx.update(self._rows.collection, row.id, change)

    async def rows(
        self, import_id: str, outcome: Outcome | None, after: str | None, limit: int
    ) -> Page[ReportRow]:
        """The report, in the order in which rows are applied.

        Raises:
            InvalidInputError: `after` is no cursor of ours.
        """
        query = {"import_id": import_id} | ({"outcome": outcome.value} if outcome else {})
        return await self._rows.page(query, _IN_ORDER, after=after, limit=limit)


def row_id(import_id: str, number: int) -> str:
    """The id of a row: ids sort as the numbers do."""
    return f"{import_id}-{number + 1:08d}"
