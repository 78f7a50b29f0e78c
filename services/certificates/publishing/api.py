"""The routes of the platform's administrator: types, their versions, checking and publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.certificates.catalogue.domain.versions import (
    DEED_LABELS,
    LONGEST_TEXT,
    Change,
    Deed,
    Edition,
    Head,
)
from services.certificates.catalogue.views import TypeView
from services.certificates.deps import NO_NAMES, Body
from services.certificates.publishing.domain import example_rows
from services.certificates.publishing.usecases import Publishing
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.answers import answered
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey

router = APIRouter(prefix="/v1/catalogue", tags=["Виды справок: администратор"])
Administrator = Annotated[Principal, Depends(admitted(Role.ADMINISTRATOR))]
Use = Annotated[Publishing, Depends(facility(Publishing))]
Version = Annotated[int, Path(ge=1, le=1_000_000)]
Text = Annotated[
    str,
    Field(
        max_length=LONGEST_TEXT,
        description="Описание справки: JSON, как его пишут, с переводами строк. Ошибки называются "
        "по строке и столбцу этого текста.",
        examples=['{\n  "code": "pool",\n  "title": "Справка в бассейн"\n}'],
    ),
]
Reason = Annotated[
    str,
    Tidied(prose, longest=500, shortest=3),
    Field(description=f"Зачем. {NO_NAMES}", examples=["Новый приказ: срок действия год."]),
]


class TextIn(Body):
    """A type as it is written, and values to see its printed form with."""

    definition: Text
    values: dict[Id, Annotated[str, Field(max_length=4000)]] = Field(
        default={}, max_length=100, examples=[{"purpose": "education"}]
    )


class PublishIn(Body):
    """A type as it is written, and why."""

    definition: Text
    reason: Reason


class Because(Body):
    """Why."""

    reason: Reason


class ChangeView(BaseModel):
    """A line of the history. `by`: the administrator's account; the software has none."""

    at: datetime
    deed: Deed
    label: str
    version: int
    by: str | None
    reason: str | None

    @classmethod
    def of(cls, change: Change) -> Self:
        """From the domain."""
        return cls(
            at=change.at,
            deed=change.deed,
            label=DEED_LABELS[change.deed],
            version=change.number,
            by=change.by,
            reason=change.reason,
        )


class HeadView(BaseModel):
    """A type as the administrator has it. `revision` is the ETag's value."""

    code: str
    version: int = Field(description="Действующая версия.")
    since: datetime
    retired: bool = Field(description="Новые заявления не принимаются.")
    offered: str | None = Field(
        description="Новый текст из поставки программы. Справку меняли здесь, поэтому он не "
        "вступил в силу: сравните и опубликуйте, если он нужен."
    )
    revision: int
    changes: list[ChangeView]

    @classmethod
    def of(cls, head: Head, offered: str | None) -> Self:
        """From the domain."""
        return cls(
            code=head.id,
            version=head.latest,
            since=head.since,
            retired=head.retired,
            offered=offered,
            revision=head.revision,
            changes=[ChangeView.of(change) for change in head.changes],
        )


class HeadList(BaseModel):
    """All types, retired ones too."""

    items: list[HeadView]


class VersionView(BaseModel):
    """A version to the letter: it never changes."""

    code: str
    version: int
    at: datetime
    by: str | None
    reason: str | None
    definition: str

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """From the domain."""
        return cls(
            code=edition.code,
            version=edition.number,
            at=edition.at,
            by=edition.by,
            reason=edition.reason,
            definition=edition.text,
        )


class PrintedView(BaseModel):
    """A row of the printed form with an example of its value."""

    key: str
    label: str
    value: str


class PreviewView(BaseModel):
    """What citizens would see, and what would be printed for the values."""

    type: TypeView
    printed: list[PrintedView]


def _view(head: Head, use: Publishing) -> HeadView:
    return HeadView.of(head, use.types.offers(head))


def _tagged(head: Head, use: Publishing, response: Response) -> HeadView:
    response.headers["ETag"] = etag(head.revision)
    return _view(head, use)


@router.get("", summary="Все виды справок")
async def list_heads(who: Administrator, use: Use) -> HeadList:
    """With their history, and what the software offers anew."""
    return HeadList(items=[_view(head, use) for head in await use.heads(who)])


@router.post("/validation", summary="Проверить и посмотреть описание")
async def validate(body: TextIn, who: Administrator, use: Use) -> PreviewView:
    """Nothing is kept. 422 `type-broken`: everything that is wrong, each with line and column."""
    kind = await use.checked(who, body.definition)
    rows = example_rows(kind, body.values)
    printed = [PrintedView(key=r.key, label=r.label, value=r.value) for r in rows]
    return PreviewView(type=TypeView.of(kind), printed=printed)


@router.post("", status_code=201, response_model=HeadView, summary="Новый вид справки")
async def begin(body: PublishIn, who: Administrator, use: Use, once: OnceKey) -> Response:
    """It can be applied for at once. 409 `type-exists`: the code is taken."""
    keyed = once.answering(lambda head: _view(head, use))
    await use.begin(who, body.definition, body.reason, once=keyed)
    return answered(keyed.given)


@router.get("/{code}", summary="Вид справки")
async def one_head(code: Id, who: Administrator, use: Use, response: Response) -> HeadView:
    """With its `ETag` and history: who, when, why."""
    return _tagged(await use.head(who, code), use, response)


@router.put("/{code}", summary="Опубликовать следующую версию")
async def publish(  # noqa: PLR0917 - the text, the version, and who asks
    code: Id,
    body: PublishIn,
    who: Administrator,
    use: Use,
    expected: IfMatch,
    response: Response,
) -> HeadView:
    """Who applies from now on has it; applications that were begun keep theirs."""
    head = await use.publish(who, code, body.definition, body.reason, expected)
    return _tagged(head, use, response)


@router.get("/{code}/versions/{version}", summary="Версия дословно")
async def one_version(code: Id, version: Version, who: Administrator, use: Use) -> VersionView:
    """As it was written."""
    return VersionView.of(await use.edition(who, code, version))


@router.post("/{code}/retirement", summary="Прекратить приём заявлений")
async def retire(  # noqa: PLR0917 - the reason, the version, and who asks
    code: Id, body: Because, who: Administrator, use: Use, expected: IfMatch, response: Response
) -> HeadView:
    """No new applications; those that were begun end with their version."""
    return _tagged(await use.retire(who, code, body.reason, expected), use, response)


@router.post("/{code}/reinstatement", summary="Возобновить приём заявлений")
async def reinstate(  # noqa: PLR0917 - the reason, the version, and who asks
    code: Id, body: Because, who: Administrator, use: Use, expected: IfMatch, response: Response
) -> HeadView:
    """New applications again."""
    return _tagged(await use.reinstate(who, code, body.reason, expected), use, response)
