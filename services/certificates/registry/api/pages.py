"""The same check as a page for people: where the QR code leads, and where a file can be checked.

The check by number is plain HTML. What a paper says is proved by its file alone: a script of a few
lines, the only one that the browser may run, hands it to the public check of documents.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.registry.api.public import PublicView, Use
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import Validity
from services.certificates.registry.errors import NumberMistypedError
from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.http.public_pages import INLINE_STYLE, PublicPage, by_hash
from services.chassis.http.rates import public_check

router = APIRouter(include_in_schema=False)

_TEMPLATES = Path(__file__).parent / "templates"
_SCRIPT = (_TEMPLATES / "file_check.js").read_text()
_PAGE = PublicPage(
    _TEMPLATES / "verify.html",
    allowed=f"script-src {by_hash(_SCRIPT)}; connect-src 'self'; {INLINE_STYLE}",
    filters={"russian_date": russian_date},
    script=_SCRIPT,
)


def _page(
    *,
    typed: str = "",
    found: PublicView | None = None,
    refused: RefusalError | None = None,
    status: int = 200,
) -> HTMLResponse:
    typed = typed[: numbers.LONGEST_TYPED]
    return _PAGE.answer(status=status, refused=refused, typed=typed, found=found)


@router.get("/verify")
@router.get("/verify/")
async def form(number: Annotated[str, Query()] = "") -> Response:
    """The form; a number typed into it gets an address of its own."""
    if not number.strip():
        return _page()
    printed = numbers.normalised(number)
    if printed is None:
        return _page(typed=number, refused=NumberMistypedError())
    return RedirectResponse(f"/verify/{printed}", status_code=303, headers=_PAGE.headers)


@router.get("/verify/{number:path}")
async def check(request: Request, number: str, use: Use) -> HTMLResponse:
    """The answer for a person, in words and colour."""
    try:
        await public_check(request)
        checked = await use.look_up(number)
    except (NumberMistypedError, TooManyRequestsError) as error:
        return _page(typed=number, refused=error)
    found = PublicView.of(checked)
    status = 404 if found.state is Validity.UNKNOWN else 200
    return _page(typed=found.number, found=found, status=status)
