"""The same check as a page: where the QR code of a receipt leads. Plain HTML, no script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.certificates.applications.domain import tracking
from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.receipts.api.public import LONGEST_TYPED, RegisteredView, Use
from services.certificates.receipts.domain import Registered
from services.certificates.receipts.errors import TrackingNumberMistypedError
from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.http.rates import public_check

router = APIRouter(include_in_schema=False)
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["russian_date"] = russian_date
_HEADERS = {
    "Content-Language": "ru",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def _page(
    *,
    typed: str = "",
    found: RegisteredView | None = None,
    refused: RefusalError | None = None,
    status: int = 200,
) -> HTMLResponse:
    html = _pages.get_template("receipt.html").render(
        typed=typed[:LONGEST_TYPED], found=found, refused=refused
    )
    headers = dict(_HEADERS)
    if refused is not None:
        status = refused.status
        if refused.retry_after is not None:
            headers["Retry-After"] = str(refused.retry_after)
    return HTMLResponse(html, status_code=status, headers=headers)


@router.get("/receipts")
@router.get("/receipts/")
async def form(number: Annotated[str, Query()] = "") -> Response:
    """The form; a number typed into it gets an address of its own."""
    if not number.strip():
        return _page()
    printed = tracking.normalised(number)
    if printed is None:
        return _page(typed=number, refused=TrackingNumberMistypedError())
    return RedirectResponse(f"/receipts/{printed}", status_code=303, headers=_HEADERS)


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
