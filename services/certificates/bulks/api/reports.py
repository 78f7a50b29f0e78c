"""The report of a bulk as a file that an office program opens."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator, Sequence
from enum import StrEnum

from fastapi import Response
from openpyxl import Workbook

from services.certificates.bulks.api.views import LineView

_TITLES = ("Табельный номер", "Место в файле", "Состояние", "Номер заявления", "Что исправить")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Format(StrEnum):
    """Which file."""

    CSV = "csv"
    XLSX = "xlsx"


async def report(lines: Sequence[LineView], format_: Format) -> Response:
    """The file as an answer."""
    make, media = (_csv, "text/csv; charset=utf-8") if format_ is Format.CSV else (_xlsx, _XLSX)
    content = await asyncio.to_thread(make, lines)
    name = f'attachment; filename="report.{format_}"'
    return Response(content, media_type=media, headers={"Content-Disposition": name})


def _rows(lines: Sequence[LineView]) -> Iterator[list[str]]:
    yield list(_TITLES)
    for line in lines:
        wrong = "; ".join(f"{error.pointer}: {error.detail}" for error in line.errors)
        cells = [line.key, line.place, line.state_label, line.tracking_number or "", wrong]
        yield [_harmless(cell) for cell in cells]


def _harmless(cell: str) -> str:
    """No text that somebody typed is a formula for who opens the report."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _csv(lines: Sequence[LineView]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(_rows(lines))
    return text.getvalue().encode("utf-8-sig")


def _xlsx(lines: Sequence[LineView]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Отчёт")
    for row in _rows(lines):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
