"""The same check as a page: where the QR code of a receipt leads. Plain HTML, no script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.certificates.applications.domain import tracking
from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.receipts.api.public import RegisteredView, Use
from services.certificates.receipts.domain import Registered
from services.certificates.receipts.errors import TrackingNumberMistypedError
from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.http.public_pages import INLINE_STYLE, PublicPage
from services.chassis.http.rates import public_check

router = APIRouter(include_in_schema=False)
_PAGE = PublicPage(
    Path(__file__).parent / "templates" / "receipt.html",
    allowed=INLINE_STYLE,
    filters={"russian_date": russian_date},
)


def _page(
    *,
    typed: str = "",
    found: RegisteredView | None = None,
    refused: RefusalError | None = None,
    status: int = 200,
) -> HTMLResponse:
    return _PAGE.answer(
        status=status, refused=refused, typed=typed[: tracking.LONGEST_TYPED], found=found
    )


@router.get("/receipts")
@router.get("/receipts/")
async def form(number: Annotated[str, Query()] = "") -> Response:
    """The form; a number typed into it gets an address of its own."""
    if not number.strip():
        return _page()
    printed = tracking.normalised(number)
    if printed is None:
        return _page(typed=number, refused=TrackingNumberMistypedError())
    return RedirectResponse(f"/receipts/{printed}", status_code=303, headers=_PAGE.headers)


@router.get("/receipts/{number:path}")
async def check(request: Request, number: str, use: Use) -> HTMLResponse:
    """The answer for a person, in words and colour."""
    try:
        await public_check(request)
        found = RegisteredView.of(await use.look_up(number))
    except (TrackingNumberMistypedError, TooManyRequestsError) as error:
        return _page(typed=number, refused=error)
    status = 404 if found.state is Registered.UNKNOWN else 200
    return _page(typed=found.number, found=found, status=status)
