"""Checking a talon: by number, at the desk, and on the page where its QR code leads (A6, A8)."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.roles import Role
from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach
from services.chassis.http.rates import public_check
from services.scheduling.deps import Registrar, VisitView
from services.scheduling.talons.api.views import DeskTalon, PublicTalon
from services.scheduling.talons.domain import LONGEST_TYPED, Check
from services.scheduling.talons.errors import TalonNumberError
from services.scheduling.talons.usecases import Talons

router = APIRouter(prefix="/v1", tags=["Талоны"])
pages = APIRouter(include_in_schema=False)
Use = Annotated[Talons, Depends(facility(Talons))]
Number = Annotated[
    str,
    Path(
        max_length=LONGEST_TYPED,
        description="Номер или адрес страницы проверки.",
        examples=["1234-5678-9018"],
    ),
]

_HERE = File(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_STYLE = (_HERE / "talon.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


@router.get(
    "/public/talons/{number:path}", summary="Проверить талон", dependencies=[Depends(public_check)]
)
async def public(number: Number, talons: Use) -> PublicTalon:
    """Whether a talon is valid; without login and without personal data.

    429 `too-many-requests`: so many a minute for each network address.
    """
    found = await talons.check(number)
    return PublicTalon.of(found)


@router.get(
    "/desk/talons/{number:path}", summary="Проверить талон в регистратуре", tags=["Сотрудникам"]
)
async def desk(number: Number, talons: Use, who: Registrar) -> DeskTalon:
    """Who comes, when, and to whom; for the registrar of that clinic."""
    found, here = await talons.at_desk(number, Reach(who, (Role.REGISTRAR,)))
    talon = PublicTalon.of(found)
    visit = found.appointment
    if visit is None or not here:
        return DeskTalon(talon=talon, here=False)
    return DeskTalon(
        talon=talon,
        here=True,
        patient_name=visit.patient_name,
        appointment_id=visit.id,
        visit=VisitView.model_validate(visit.visit.on_clinic_clock),
        clinic_comment=visit.clinic_comment,
    )


@pages.get("/talon")
@pages.get("/talon/")
async def form(
    request: Request,
    talons: Use,
    number: Annotated[str | None, Query(max_length=LONGEST_TYPED)] = None,
) -> HTMLResponse:
    """The form, or the answer to it."""
    return _page(None, "", 200) if not number else await page(request, number, talons)


@pages.get("/talon/{number:path}")
async def page(request: Request, number: Number, talons: Use) -> HTMLResponse:
    """Where the QR code of a talon leads a person."""
    try:
        await public_check(request)
        found = await talons.check(number)
    except (TalonNumberError, TooManyRequestsError) as error:
        return _page(None, number, error.status, refused=error)
    talon = PublicTalon.of(found)
    return _page(talon, found.number, 404 if found.check is Check.UNKNOWN else 200)


def _page(
    talon: PublicTalon | None, typed: str, status: int, *, refused: RefusalError | None = None
) -> HTMLResponse:
    html = _TEMPLATES.get_template("talon.html.j2").render(
        talon=talon, typed=typed, refused=refused, style=_STYLE
    )
    headers = dict(_HEADERS)
    if refused is not None and refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    return HTMLResponse(html, status, headers=headers)
