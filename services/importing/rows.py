"""From what the reading process says to rows of the report and their cells, in batches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from services.chassis.foundation import clock
from services.chassis.foundation.errors import FieldError
from services.chassis.http.problems import field_errors
from services.importing.domain import Import, ReportRow
from services.importing.errors import UnknownColumnError, UnknownTableError
from services.importing.parsing.rows import Found, Heading
from services.importing.store import Cells, row_id
from services.importing.table import TITLES, Outcome, Table, table_name

_BATCH = 500
_RANK = 10_000_000
_TOO_LARGE = FieldError("", "row-too-large", "Строка слишком велика: сократите её тексты и числа.")


@dataclass
class Batch:
    """Rows that are kept together; `end` is how many of the file are kept with it."""

    end: int
    rows: list[ReportRow] = field(default_factory=list)
    cells: list[Cells] = field(default_factory=list)


async def batches(
    found: Import,
    lines: AsyncIterator[Heading | Found],
    tables: Sequence[Table],
) -> AsyncIterator[Batch]:
    """The rows that are this door's and not kept yet, many at a time.

    Raises:
        UnknownTableError, UnknownColumnError: one that nobody knows.
    """
    ranks = {table.name: (rank, table) for rank, table in enumerate(tables)}
    batch, count = Batch(found.rows), 0
    async for said in lines:
        name = _table_of(said)
        if name not in ranks:  # another door's
            continue
        rank, table = ranks[name]
        if isinstance(said, Heading):
            _require_known(table, said)
            continue
        count += 1
        if count <= found.rows:
            continue
        row, cells = _row(found, table, rank * _RANK + count, said, clock.now())
        batch.rows.append(row)
        batch.cells += [] if cells is None else [cells]
        batch.end = count
        if len(batch.rows) == _BATCH:
            yield batch
            batch = Batch(count)
    if batch.rows:
        yield batch


def own_mark(import_id: str, mark: str) -> str:
    """A mark as rows of one import have it."""
    return f"{import_id}|{mark}"


def plain_mark(import_id: str, mark: str) -> str:
    """Back from `own_mark`."""
    return mark.removeprefix(f"{import_id}|")


def _table_of(said: Heading | Found) -> str:
    name = table_name(said.table)
    if name is None:
        raise UnknownTableError(said.table, TITLES)
    return name


def _require_known(table: Table, heading: Heading) -> None:
    if unknown := table.unknown(heading.columns):
        known = [table.titles.get(name, name) for name in table.form.model_fields]
        raise UnknownColumnError(heading.place, unknown, known)


def _row(
    found: Import, table: Table, number: int, said: Found, now: datetime
) -> tuple[ReportRow, Cells | None]:
    values = table.fields(said.values) if said.values is not None else {}
    key = values.get("id")
    row = ReportRow(
        id=row_id(found.id, number),
        import_id=found.id,
        number=number,
        table=table.name,
        place=said.place,
        pointer=said.pointer,
        key=str(key)[:128] if key is not None else None,
    )
    if said.values is None:
        return row.decided(Outcome.REFUSED, (_TOO_LARGE,)), None
    try:
        form = table.form.model_validate(values)
    except ValidationError as error:
        wrong: Sequence[Mapping[str, object]] = error.errors(include_url=False)
        return row.decided(Outcome.REFUSED, tuple(field_errors(wrong))), None
    marks = tuple(own_mark(found.id, mark) for mark in table.marks(form))
    return row, Cells(row.id, number, values, marks, now)
