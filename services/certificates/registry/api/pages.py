"""The same check as a page for people: where the QR code leads, and where a file can be checked.

The check by number is plain HTML. What a paper says is proved by its file alone: a script of a few
lines, the only one that the browser may run, hands it to the public check of documents.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.registry.api.public import PublicView, Use
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import Validity
from services.certificates.registry.errors import NumberMistypedError
from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.http.rates import public_check

router = APIRouter(include_in_schema=False)

_TEMPLATES = Path(__file__).parent / "templates"
_pages = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["russian_date"] = russian_date
_SCRIPT = (_TEMPLATES / "file_check.js").read_text()
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_HEADERS = {
    "Content-Language": "ru",
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'; connect-src 'self'; "
        "style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def _page(
    *,
    typed: str = "",
    found: PublicView | None = None,
    refused: RefusalError | None = None,
    status: int = 200,
) -> HTMLResponse:
    html = _pages.get_template("verify.html").render(
        typed=typed[: numbers.LONGEST_TYPED], found=found, refused=refused, script=_SCRIPT
    )
    headers = dict(_HEADERS)
    if refused is not None:
        status = refused.status
        if refused.retry_after is not None:
            headers["Retry-After"] = str(refused.retry_after)
    return HTMLResponse(html, status_code=status, headers=headers)


@router.get("/verify")
@router.get("/verify/")
async def form(number: Annotated[str, Query()] = "") -> Response:
    """The form; a number typed into it gets an address of its own."""
    if not number.strip():
        return _page()
    printed = numbers.normalised(number)
    if printed is None:
        return _page(typed=number, refused=NumberMistypedError())
    return RedirectResponse(f"/verify/{printed}", status_code=303, headers=_HEADERS)


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
