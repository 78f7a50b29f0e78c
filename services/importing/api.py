"""The door: files in, reports out. One router, which each service that imports includes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.roles import Role
from services.chassis.foundation.errors import ForbiddenError
from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.importing.domain import Import, State
from services.importing.table import Importer, Outcome
from services.importing.usecases import Imports

MAX_FILE = 32 << 20
"""The largest file in bytes: a region with 5,000 doctors is a sixth of it."""
PATH = "/v1/imports"

router = APIRouter(prefix="/v1", tags=["imports"])

Use = Annotated[Imports, Depends(facility(Imports))]
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


async def importer(who: Annotated[Principal, Depends(admitted(Role.ADMINISTRATOR))]) -> Importer:
    """In whose name rows are decided: of the platform, or of the clinics that they administer.

    Raises:
        ForbiddenError: an administrator of nothing.
    """
    if who.everywhere(Role.ADMINISTRATOR):
        return Importer(who.subject, None)
    clinics = who.clinics(Role.ADMINISTRATOR)
    if not clinics:
        raise ForbiddenError
    return Importer(who.subject, clinics)


By = Annotated[Importer, Depends(importer)]


class ProblemView(BaseModel):
    """Why the file as a whole is refused."""

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(examples=["import-unknown-column"])
    detail: str


class ImportView(BaseModel):
    """An import and how far it is; `counts`: table → outcome → rows decided so far."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    state: State
    created_at: datetime
    finished_at: datetime | None
    size: int = Field(description="Bytes of the file.")
    rows: int = Field(description="Read so far, of this door's tables.")
    counts: Mapping[str, Mapping[str, int]]
    refused: int
    problem: ProblemView | None

    @classmethod
    def of(cls, found: Import) -> ImportView:
        """What its administrator sees."""
        return cls.model_validate(found)


class RowError(BaseModel):
    """One thing that is wrong with a row; `pointer` names its field."""

    model_config = ConfigDict(from_attributes=True)

    pointer: str = Field(examples=["/snils"])
    code: str = Field(examples=["snils-check-digits"])
    detail: str


class RowView(BaseModel):
    """What became of a row, or will; no `outcome`: it is not decided yet."""

    model_config = ConfigDict(from_attributes=True)

    table: str = Field(examples=["staff"])
    place: str = Field(examples=["лист «Сотрудники», строка 17"])
    pointer: str = Field(examples=["/staff/16"])
    key: str | None = Field(examples=["doctor-orlova"])
    outcome: Outcome | None
    errors: list[RowError]


class ImportPage(BaseModel):
    """Imports, newest first."""

    items: list[ImportView]
    next_cursor: str | None


class RowPage(BaseModel):
    """Rows in the order in which they are applied."""

    items: list[RowView]
    next_cursor: str | None


@router.post("/imports", status_code=201, response_model=ImportView, openapi_extra=_BODY)
async def import_file(
    request: Request,
    use: Use,
    by: By,
    once: OnceKey,
    table: Annotated[
        str | None, Query(max_length=64, description="The table of a CSV file.", examples=["staff"])
    ] = None,
) -> Response:
    """Take a file: JSON, XLSX or CSV, told by its content. It is read, checked and applied later.

    All rows are checked first; one that is refused refuses the file. The same file again changes
    nothing. Tables of other doors are left to them.

    In JSON a table is a list of objects under its name (`{"clinics": […], "staff": […]}`), with the
    fields of its routes; in XLSX a sheet, its first line the titles below. A part of a field is a
    column of its own.

    - identity, `clinics` «Клиники»: Код, Номер, Название, Юридическое лицо, Адрес, Телефон,
      Часовой пояс (Asia/Vladivostok), ОГРН, ИНН, Лицензия, Лицензия выдана, Лицензия до,
      Аккредитация, Аккредитация выдана, Аккредитация до, Широта, Долгота, Часы работы
      (пн–пт 08:00–20:00; сб 09:00–15:00), Страхование, Регион (RU-MOW), E-mail,
      Неотложная помощь (её телефон), Неотложная круглосуточно (да)
    - identity, `rooms` «Кабинеты»: Клиника (её код), Кабинет, Название
    - identity, `staff` «Сотрудники»: Код, ФИО, Должность, СНИЛС, Телефон, E-mail, Логин, Роли
      (врач: clinic-1; администратор: clinic-1), Специальности (терапевт; кардиолог), Работает с
      года, Сертификаты, Конференции, Фото
    - scheduling, `timetables` «Расписания»: Врач (его код), Клиника, Часы приёма, Кабинет, Вид
      приёма, Минут на приём, Действует с, Действует до
    - scheduling, `absences` «Отсутствия»: Врач, Клиника, С, По, Причина, Замещает
    - scheduling, `closed_days` «Закрытые дни»: Клиника, День, Причина, Закрыта
    """
    keyed = once.answering(ImportView.of)
    await use.receive(await request.body(), table, by, once=keyed)
    return answered(keyed.given)


@router.get("/imports")
async def list_imports(
    use: Use, by: By, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> ImportPage:
    """One's own imports, newest first; for the platform's administrator everybody's."""
    page = await use.page(by, cursor, limit)
    return ImportPage(
        items=[ImportView.of(found) for found in page.items], next_cursor=page.next_cursor
    )


@router.get("/imports/{import_id}")
async def read_import(import_id: Id, use: Use, by: By) -> ImportView:
    """How far it is."""
    return ImportView.of(await use.get(import_id, by))


@router.get("/imports/{import_id}/rows")
async def read_report(  # noqa: PLR0917 - FastAPI calls it by name
    import_id: Id,
    use: Use,
    by: By,
    outcome: Outcome | None = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RowPage:
    """The report, row by row; readable while the import runs."""
    page = await use.report(import_id, by, outcome, cursor, limit)
    return RowPage(
        items=[RowView.model_validate(row) for row in page.items], next_cursor=page.next_cursor
    )
