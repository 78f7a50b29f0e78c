"""The citizen's bills: what was asked, what was paid, what went back (C18)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.certificates.bills.usecases import OwnBills
from services.certificates.bills.views import BillView
from services.certificates.deps import Citizen, Limit
from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1", tags=["Оплата"])
Use = Annotated[OwnBills, Depends(facility(OwnBills))]


class BillPage(BaseModel):
    """A page of bills."""

    items: list[BillView]
    next_cursor: str | None


@router.get("/bills", summary="Мои счета")
async def my_bills(*, who: Citizen, use: Use, cursor: Cursor = None, limit: Limit = 20) -> BillPage:
    """Newest first."""
    page = await use.page(who.subject, after=cursor, limit=limit)
    return BillPage(items=[BillView.of(b) for b in page.items], next_cursor=page.next_cursor)


@router.get("/bills/{bill_id}", summary="Счёт")
async def one_bill(*, who: Citizen, bill_id: Id, use: Use) -> BillView:
    """What is to be paid and until when; once it is paid, this is the receipt."""
    return BillView.of(await use.one(who.subject, bill_id))
