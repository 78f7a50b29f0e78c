"""Looks over HTTP: who of the staff asks, how far they see, and the owner's view of the journal.

`router` is the same in every service that shows somebody's data; it needs the facilities `Looks`
and `Door`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Tidied
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor
from services.chassis.work.looks import Look, Looker, Looks

router = APIRouter(prefix="/v1", tags=["Журнал доступа"])

Why = Annotated[str, Tidied(prose, longest=500)] | None
"""Of a body: why somebody is looked for. Whoever sees everything has to say."""

ROLE_TITLES = {
    Role.CITIZEN: "представитель",
    Role.DOCTOR: "врач",
    Role.REGISTRAR: "регистратор",
    Role.SUPPORT: "сотрудник поддержки",
    Role.ADMINISTRATOR: "администратор",
    Role.SRE: "инженер",
    Role.SYSTEM: "система",
}
_OWNER = "владелец"


@dataclass(frozen=True)
class Reach:
    """A member of staff who looks by one of these roles: at their clinics, or everywhere."""

    who: Principal
    roles: tuple[Role, ...]

    @property
    def clinics(self) -> frozenset[str] | None:
        """Where they may look; None: everywhere."""
        return None if self.everywhere else self.who.clinics(*self.roles)

    @property
    def everywhere(self) -> bool:
        """Whether one of their posts is at no clinic."""
        return self.who.everywhere(*self.roles)

    def sees(self, clinic_id: str | None) -> bool:
        """Whether a thing of that clinic is theirs to see."""
        return self.everywhere or clinic_id in self.who.clinics(*self.roles)

    def at(self, clinic_id: str | None) -> Looker:
        """Who looks at a thing of that clinic: by their post there, else by any."""
        posts = [p for role in self.roles for p in self.who.posts if p.role is role]
        here = [p for p in posts if clinic_id and p.clinic_id == clinic_id] or posts
        role = here[0].role if here else next(r for r in self.roles if r in self.who.roles)
        where = here[0].clinic_id if here else None
        return Looker(self.who.hands, role, self.who.name, self.who.position, where)

    def because(self, why: str | None) -> str | None:
        """The reason that goes into the journal.

        Raises:
            InvalidInputError: who sees everything gives none.
        """
        if self.everywhere and not why:
            detail = "Укажите причину: владелец данных увидит её в журнале доступа."
            raise InvalidInputError([FieldError("/reason", "missing", detail)], detail)
        return why or None


def only(**given: str | None) -> tuple[str, str]:
    """The one field by which is searched, and its value.

    Raises:
        InvalidInputError: none of them, or several.
    """
    found = [(name, value) for name, value in given.items() if value]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"«{name}»" for name in given)
    detail = f"Заполните ровно одно из полей: {names}."
    wrong = [name for name, _ in found] or list(given)
    raise InvalidInputError([FieldError(f"/{name}", "one-of", detail) for name in wrong], detail)


class LookView(BaseModel):
    """One line of the journal: somebody was shown something of mine."""

    at: datetime
    occasion: str = Field(examples=["read"])
    label: str = Field(examples=["Открыто для чтения"])
    subject: str = Field(examples=["application"], description="What was shown.")
    subject_id: str
    reader_id: str
    role: Role
    role_title: str = Field(examples=["врач"])
    name: str | None = Field(examples=["Орлова Мария Викторовна"])
    position: str | None = Field(examples=["врач-терапевт"])
    clinic_id: str | None
    clinic: str | None = Field(examples=["Городская поликлиника № 45"])
    why: str | None = Field(description="The reason that was given, where one has to be.")

    @classmethod
    def of(cls, look: Look, labels: Mapping[str, str], clinics: Mapping[str, str]) -> Self:
        """In words."""
        by = look.by
        return cls(
            at=look.at,
            occasion=look.occasion,
            label=labels.get(look.occasion, look.occasion),
            subject=look.subject,
            subject_id=look.subject_id,
            reader_id=by.id,
            role=by.role,
            role_title=_OWNER if by.id == look.owner_id else ROLE_TITLES[by.role],
            name=by.name,
            position=by.position,
            clinic_id=by.clinic_id,
            clinic=clinics.get(by.clinic_id or ""),
            why=look.why,
        )


class LookPage(BaseModel):
    """Looks, newest first."""

    items: list[LookView]
    next_cursor: str | None

    @classmethod
    async def of(cls, page: Page[Look], looks: Looks) -> Self:
        """A page of the store's."""
        clinics = await looks.clinics_of(page.items)
        items = [LookView.of(look, looks.labels, clinics) for look in page.items]
        return cls(items=items, next_cursor=page.next_cursor)


@router.get("/looks", summary="Кто видел мои данные")
async def looks(
    journal: Annotated[Looks, Depends(facility(Looks))],
    who: Annotated[Principal, Depends(admitted(acting=True))],
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> LookPage:
    """Everybody who was shown something of the caller's in this service, newest first (K7)."""
    page = await journal.of_owner(who.subject, after=cursor, limit=limit)
    return await LookPage.of(page, journal)
