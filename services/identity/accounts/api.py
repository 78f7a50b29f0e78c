"""My account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.http.facilities import facility
from services.identity.accounts.usecases import OwnAccount
from services.identity.accounts.views import AccountView
from services.identity.deps import Anyone

router = APIRouter(prefix="/v1", tags=["account"])


@router.get("/account")
async def my_account(
    use: Annotated[OwnAccount, Depends(facility(OwnAccount))], who: Anyone
) -> AccountView:
    """Who I am."""
    return AccountView.of(await use.get(who.subject))
