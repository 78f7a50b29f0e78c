"""The catalogue: what can be applied for, and the consent text. For everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.certificates.catalogue.actions import Types
from services.certificates.catalogue.domain.catalogue import Catalogue
from services.certificates.catalogue.views import TypeSummary, TypeView
from services.chassis.foundation.text import line
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable

router = APIRouter(prefix="/v1", tags=["Каталог справок"], dependencies=[Depends(cacheable(60))])
UseCatalogue = Annotated[Catalogue, Depends(facility(Catalogue))]
UseTypes = Annotated[Types, Depends(facility(Types))]


class TypeList(BaseModel):
    """What the catalogue has."""

    items: list[TypeSummary]


class ConsentView(BaseModel):
    """The text that is agreed to at submission (C11)."""

    version: str
    title: str
    text: str


Search = Annotated[
    str,
    Query(
        description="Название словами; опечатки, формы слов и раскладка прощаются.",
        examples=["справка 086y"],
    ),
    Tidied(line, longest=200),
]


@router.get("/types", summary="Найти справку по названию")
async def find_types(types: UseTypes, query: Search = "") -> TypeList:
    """Certificate types that the query may mean, the likeliest first (C3); all without one."""
    return TypeList(items=[TypeSummary.of(kind) for kind in await types.search(query)])


@router.get("/types/{code}", summary="Всё о справке")
async def one_type(code: Id, types: UseTypes) -> TypeView:
    """Fields, documents, examinations, deadlines, fee, exemptions, delivery ways, validity."""
    kind = await types.now(code)
    return TypeView.of(kind, (await types.shelf()).heads[kind.code].since)


@router.get("/consent", summary="Текст согласия на обработку персональных данных")
async def consent(catalogue: UseCatalogue) -> ConsentView:
    """The current version."""
    text = catalogue.consent
    return ConsentView(version=text.version, title=text.title, text=text.text)
