"""What a merchant asks: signed, and once for an id."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field

from deploy.world.acquirer import views
from deploy.world.acquirer.book import OtherwiseError, Wanted
from deploy.world.acquirer.desk import Desk, desk_of
from deploy.world.acquirer.lines import HEADER, REQUEST, admits


async def _signed(request: Request) -> None:
    desk = desk_of(request)
    path = request.url.path
    message = f"{request.method} {path}\n".encode() + await request.body()
    secret = desk.settings.secret.get_secret_value()
    if not admits(secret, REQUEST, message, request.headers.get(HEADER, "")):
        raise HTTPException(401, "wrong or old signature")


router = APIRouter(prefix="/v1", dependencies=[Depends(_signed)])
_Ours = Annotated[Desk, Depends(desk_of)]


class WantedBack(BaseModel):
    """So much of a payment."""

    payment_id: str = Field(max_length=200)
    amount_kopecks: int = Field(ge=1)


@router.put("/orders/{order_id}")
async def order(order_id: str, wanted: Wanted, desk: _Ours) -> dict[str, Any]:
    """Make an order, or find it made."""
    try:
        made = desk.book.order(order_id, wanted)
    except OtherwiseError as error:
        raise HTTPException(409, "another order has this id") from error
    return views.of_order(made, desk.settings.public_url)


@router.get("/orders/{order_id}")
async def state_of(order_id: str, desk: _Ours) -> dict[str, Any]:
    """How it stands."""
    found = desk.book.orders.get(order_id)
    if found is None:
        raise HTTPException(404, "no such order")
    return views.of_order(found, desk.settings.public_url)


@router.put("/refunds/{refund_id}")
async def refund(refund_id: str, wanted: WantedBack, desk: _Ours) -> dict[str, Any]:
    """Begin to give money back, or say how it stands."""
    within = timedelta(seconds=desk.settings.refund_seconds)
    try:
        begun = desk.book.give_back(
            refund_id, wanted.payment_id, wanted.amount_kopecks, within=within
        )
    except OtherwiseError as error:
        raise HTTPException(409, "not so much of such a payment") from error
    return views.of_refund(begun)
