"""Administrators find, block and unblock accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.facilities import facility
from services.identity.accounts.domain import Account, Role
from services.identity.blocking.usecases import Blockings
from services.identity.deps import Administrator, Body, Typed, administrator

router = APIRouter(prefix="/v1/accounts", tags=["staff"])

Use = Annotated[Blockings, Depends(facility(Blockings))]


class Lookup(Body):
    """A proved phone or e-mail. In the body: a contact is no part of an address."""

    login: Annotated[Typed, Field(examples=["+7 912 345-67-89"])]


class Because(Body):
    """Why; kept with the account, shown to administrators only."""

    reason: Annotated[
        str,
        Tidied(prose, longest=500, shortest=3),
        Field(examples=["Обращение владельца: телефон украден."]),
    ]


class BlockingView(BaseModel):
    """One act of an administrator."""

    at: datetime
    by: str = Field(description="Учётная запись администратора.")
    reason: str
    blocked: bool


class StandingView(BaseModel):
    """An account as administrators see it: no profile, masked nothing, only who and whether."""

    account_id: str
    roles: list[Role]
    dismissed: bool
    level: str
    blocked: bool
    history: list[BlockingView]

    @classmethod
    def of(cls, account: Account) -> StandingView:
        """The view of an account."""
        return cls(
            account_id=account.id,
            roles=list(account.roles),
            dismissed=account.dismissed,
            level=account.level,
            blocked=account.blocked,
            history=[
                BlockingView(at=b.at, by=b.by, reason=b.reason, blocked=b.closed)
                for b in account.blockings
            ],
        )


@router.post("/lookup", summary="Найти учётную запись по контакту")
async def lookup(body: Lookup, use: Use, who: Administrator) -> StandingView:
    """Whose phone or e-mail this is."""
    return StandingView.of(await use.find(body.login, administrator(who)))


@router.post("/{account_id}/block", summary="Заблокировать учётную запись")
async def block(account_id: Id, body: Because, use: Use, who: Administrator) -> StandingView:
    """Logins end at once, tokens are not renewed; other services hear of it."""
    return StandingView.of(await use.block(account_id, body.reason, administrator(who)))


@router.post("/{account_id}/unblock", summary="Разблокировать учётную запись")
async def unblock(account_id: Id, body: Because, use: Use, who: Administrator) -> StandingView:
    """The owner logs in anew."""
    return StandingView.of(await use.unblock(account_id, body.reason, administrator(who)))
