"""Bulks of legal entities: files in, an answer for each row out (C48).

With a token that acts for an organisation (`POST /api/identity/v1/tokens/acting`), and no other.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from contracts.roles import Role
from services.certificates.bulks.api.reports import Format, report
from services.certificates.bulks.api.views import BulkPage, BulkView, LinePage, LineView
from services.certificates.bulks.domain.bulk import Outcome
from services.certificates.bulks.usecases.intake import Bulks
from services.certificates.deps import Limit
from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.door import for_organisation
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.chassis.work.rights import Right

PATH = "/v1/bulks"
MAX_FILE = 8 << 20
"""Bytes of the largest file: ten thousand rows are two megabytes."""

router = APIRouter(prefix="/v1", tags=["Заявления для работников"])
Use = Annotated[Bulks, Depends(facility(Bulks))]
By = Annotated[Right, Depends(for_organisation(Role.CITIZEN))]
Key = Annotated[
    str,
    Query(min_length=1, max_length=128, examples=["2026-11"], description="Ваш номер пакета."),
    StringConstraints(strip_whitespace=True),
]
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": _FILE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _FILE,
            "text/csv": _FILE,
        },
    }
}


@router.post(
    "/bulks",
    status_code=201,
    summary="Подготовить заявления работников",
    response_model=BulkView,
    openapi_extra=_BODY,
)
async def send_bulk(*, request: Request, use: Use, by: By, once: OnceKey, key: Key) -> Response:
    """A row for each employee, as JSON (`{"applications": [{…}, …]}`), XLSX or CSV.

    Columns: `key` «Табельный номер», `snils` «СНИЛС», `last_name` «Фамилия», `first_name` «Имя»,
    `middle_name` «Отчество», `birth_date` «Дата рождения», `type` «Справка», `clinic_id`
    «Клиника»; any other column is a field of the certificate's form, by name or label.

    Each row becomes a draft **of the employee**, who looks at it and confirms or declines it. The
    same `key` and rows again change nothing; new rows are added, refused ones tried again.
    """
    keyed = once.answering(BulkView.of)
    await use.receive(await request.body(), key, by, once=keyed)
    return answered(keyed.given)


@router.get("/bulks", summary="Пакеты организации")
async def my_bulks(*, use: Use, by: By, cursor: Cursor = None, limit: Limit = 20) -> BulkPage:
    """Newest first."""
    page = await use.page(by, after=cursor, limit=limit)
    return BulkPage(items=[BulkView.of(b) for b in page.items], next_cursor=page.next_cursor)


@router.get("/bulks/{bulk_id}", summary="Пакет")
async def one_bulk(*, bulk_id: Id, use: Use, by: By) -> BulkView:
    """How far it is, and how many rows became what."""
    found = await use.get(bulk_id, by)
    return BulkView.of(found, await use.store.counted(found.id))


@router.get("/bulks/{bulk_id}/rows", summary="Что стало со строками")
async def rows_of_bulk(
    *,
    bulk_id: Id,
    use: Use,
    by: By,
    outcome: Outcome | None = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LinePage:
    """Row by row, while the bulk is worked on, and later as the applications stand."""
    found = await use.get(bulk_id, by)
    page = await use.rows(found, outcome, after=cursor, limit=limit)
    items = [LineView.of(*one) for one in page.items]
    return LinePage(items=items, next_cursor=page.next_cursor)


@router.get("/bulks/{bulk_id}/report", summary="Отчёт файлом")
async def report_of_bulk(
    *,
    bulk_id: Id,
    use: Use,
    by: By,
    format: Format = Format.CSV,  # noqa: A002 - of the query
) -> Response:
    """All rows as CSV or XLSX."""
    found = await use.get(bulk_id, by)
    lines: list[LineView] = []
    cursor = None
    while True:
        page = await use.rows(found, None, after=cursor, limit=500)
        lines += [LineView.of(*one) for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return await report(lines, format)
