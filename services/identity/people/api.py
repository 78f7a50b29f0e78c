"""Staff look for people over HTTP. What is looked for is in the body, no part of an address."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.http.auth import Principal, require
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach, Why
from services.identity.accounts.domain import Account
from services.identity.deps import Body, FormField
from services.identity.people.domain import Search
from services.identity.people.usecases import People

router = APIRouter(prefix="/v1/people", tags=["staff"])
_ROLES = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.SUPPORT)


class SearchIn(Body):
    """One way: full name and birth date, or a phone, or the СНИЛС. Exact, or nothing is found."""

    full_name: Annotated[FormField, Field(examples=["Соколова Анна Сергеевна"])] = None
    birth_date: Annotated[FormField, Field(examples=["2007-04-18"])] = None
    phone: FormField = None
    snils: FormField = None
    reason: Why = Field(
        default=None,
        description="Обязательна тому, кто видит все клиники; её увидит этот человек.",
        examples=["Звонок гражданина: не приходит код."],
    )

    def search(self) -> Search:
        """The use case's form."""
        return Search(**self.model_dump(exclude={"reason"}))


class FoundPerson(BaseModel):
    """Who it is; no number and no contact beside what was looked for."""

    account_id: str
    full_name: str | None
    birth_date: date | None
    clinic_id: str | None = Field(description="К какой клинике прикреплён.")
    level: str = Field(description="«confirmed»: the registry agreed with the name and the date.")

    @classmethod
    def of(cls, account: Account) -> Self:
        """The view of an account."""
        person = account.profile.person if account.profile else None
        return cls(
            account_id=account.id,
            full_name=person.full_name if person else None,
            birth_date=person.birth_date if person else None,
            clinic_id=account.attachment.clinic_id if account.attachment else None,
            level=account.level,
        )


class FoundPeople(BaseModel):
    """At most ten."""

    items: list[FoundPerson]


@router.post("/searches", summary="Найти человека")
async def search(
    body: SearchIn,
    use: Annotated[People, Depends(facility(People))],
    who: Annotated[Principal, Depends(require(*_ROLES))],
) -> FoundPeople:
    """Whose account this is. Each person who is shown finds it in `GET /v1/looks` (K7).

    429 `too-many-searches`: so many an hour for each member of staff; see `Retry-After`.
    """
    found = await use.find(body.search(), Reach(who, _ROLES), body.reason)
    return FoundPeople(items=[FoundPerson.of(account) for account in found])
