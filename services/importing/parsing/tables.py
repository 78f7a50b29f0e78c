"""Spreadsheets and CSV: a sheet for each table, its first line the titles of the columns."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.importing.parsing.errors import (
    NotAWorkbookError,
    NotCsvError,
    TooLargeUnpackedError,
    TooManyColumnsError,
)
from services.importing.parsing.limits import Bounds
from services.importing.parsing.rows import Found, Heading

_MIDNIGHT = time()
_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


def read_xlsx(content: bytes, bounds: Bounds) -> Iterator[Heading | Found]:
    """The rows of all sheets; formulas by the values that were saved with them.

    Raises:
        FileRefusedError: no workbook, a bomb, or more than a file may hold.
    """
    _check_archive(content, bounds)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            lines = book.get_sheet_by_name(name).iter_rows()
            yield from _table(name, f"лист «{name}»", lines, bounds)
    except CalamineError:
        raise NotAWorkbookError from None


def read_csv(content: bytes, table: str, bounds: Bounds) -> Iterator[Heading | Found]:
    """The rows of one table; UTF-8 or windows-1251, separated by semicolons, commas or tabs.

    Raises:
        FileRefusedError: not CSV, or more than a file may hold.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1251", "replace")
    heading = text.partition("\n")[0]
    separator = max(";,\t", key=heading.count)
    csv.field_size_limit(bounds.text * 4)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from _table(table, f"файл «{table}»", lines, bounds)
    except csv.Error:
        raise NotCsvError(lines.line_num) from None


def _check_archive(content: bytes, bounds: Bounds) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise NotAWorkbookError from None
    if len(entries) > bounds.entries or sum(e.file_size for e in entries) > bounds.unpacked:
        raise TooLargeUnpackedError(bounds.unpacked)


def _table(
    name: str, place: str, lines: Iterable[Sequence[Any]], bounds: Bounds
) -> Iterator[Heading | Found]:
    columns: tuple[str, ...] | None = None
    for number, line in enumerate(lines, start=1):
        cells = [_plain(cell) for cell in line]
        if not any(cell is not None for cell in cells):
            continue
        if columns is None:
            titles = ["" if cell is None else str(cell) for cell in cells]
            columns = tuple(titles[: max(n for n, t in enumerate(titles, start=1) if t)])
            if len(columns) > bounds.columns:
                raise TooManyColumnsError(place, bounds.columns)
            yield Heading(name, place, tuple(column for column in columns if column))
            continue
        values = {
            column: cell
            for column, cell in zip(columns, cells, strict=False)
            if column and cell is not None
        }
        yield Found(name, f"{place}, строка {number}", f"/{name}/{number}", values)


def _plain(cell: Any) -> Any:
    """A cell as JSON has it: days, also as people type them, as text; whole numbers as such."""
    if isinstance(cell, str):
        text = cell.strip()
        typed = _DAY.fullmatch(text)
        return f"{typed[3]}-{typed[2]}-{typed[1]}" if typed else text or None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, timedelta):  # a time of day that was typed as 24:00 or more
        minutes = int(cell.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return _moment(cell) if isinstance(cell, date | time) else cell


def _moment(cell: date | time) -> str:
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, datetime) and cell.time() != _MIDNIGHT:
        return cell.isoformat(sep=" ", timespec="minutes")
    return cell.isoformat()[:10]
