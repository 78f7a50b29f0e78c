"""The page where a person pays, in Russian, and the same for programs: forms that are posted.

Whoever asks for JSON (`Accept: application/json`) gets the order instead of the page.
"""

from __future__ import annotations

from enum import StrEnum
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse

from deploy.world.acquirer import views
from deploy.world.acquirer.book import Order
from deploy.world.acquirer.desk import Desk, desk_of

router = APIRouter()
_Ours = Annotated[Desk, Depends(desk_of)]
_PAGE = Path(__file__).parent / "page"
_FRESH = {"Cache-Control": "no-store"}
_STATES = {
    "open": "Ждёт оплаты",
    "paid": "Оплачено",
    "declined": "Банк отклонил платёж",
    "expired": "Время на оплату вышло",
}


class Deed(StrEnum):
    """What a person does."""

    PAY = "payment"
    DECLINE = "decline"
    LEAVE = "leave"


@router.get("/pay/style.css")
async def style() -> FileResponse:
    """Its style."""
    return FileResponse(_PAGE / "style.css")


@router.get("/pay/{token}")
async def page(token: str, request: Request, desk: _Ours) -> Response:
    """What is to be paid, and how it stands."""
    order = _order(desk, token)
    if _wants_json(request):
        return JSONResponse(views.of_order(order, desk.settings.public_url), headers=_FRESH)
    return HTMLResponse(_page(order), headers=_FRESH)


@router.post("/pay/{token}/{deed}")
async def do(
    token: str,
    deed: Deed,
    request: Request,
    desk: _Ours,
    kopecks: Annotated[int | None, Query(ge=1, le=10**12)] = None,
) -> Response:
    """Pay (whatever the order's state: twice and late, too), have it declined, or leave."""
    order = _order(desk, token)
    if deed is Deed.PAY:
        order = desk.book.pay(order, kopecks or order.wanted.amount_kopecks)
    else:
        order = desk.book.end(order, "declined" if deed is Deed.DECLINE else "expired")
    desk.callbacks.bell.set()
    if _wants_json(request):
        return JSONResponse(views.of_order(order, desk.settings.public_url), headers=_FRESH)
    return RedirectResponse(f"/pay/{order.token}", status_code=303, headers=_FRESH)


@router.get("/healthz")
async def health() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


def _order(desk: Desk, token: str) -> Order:
    found = desk.book.of_token(token)
    if found is None:
        raise HTTPException(404, "Такого платежа нет.")
    return found


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _page(order: Order) -> str:
    values: dict[str, Any] = {
        "token": order.token,
        "amount": _roubles(order.wanted.amount_kopecks),
        "purpose": order.wanted.purpose,
        "number": order.wanted.bill_number,
        "state": _STATES[order.state],
        "paid": ", ".join(_roubles(p.amount_kopecks) for p in order.payments) or "ничего",
        "again": "Заплатить ещё раз" if order.payments else "Заплатить",
        "other": order.wanted.amount_kopecks + 100,
        "other_amount": _roubles(order.wanted.amount_kopecks + 100),
        "return_url": order.wanted.return_url,
    }
    text = (_PAGE / "index.html").read_text(encoding="utf-8")
    return Template(text).substitute({k: escape(str(v), quote=True) for k, v in values.items()})


def _roubles(kopecks: int) -> str:
    whole, rest = divmod(kopecks, 100)
    return f"{whole},{rest:02d} ₽"
