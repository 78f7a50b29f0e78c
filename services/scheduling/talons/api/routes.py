"""Checking a talon: by number, at the desk, and on the page where its QR code leads (A6, A8)."""

from __future__ import annotations

from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse

from contracts.roles import Role
from services.chassis.foundation.errors import TooManyRequestsError
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach
from services.chassis.http.public_pages import PublicPage, by_hash
from services.chassis.http.rates import public_check
from services.scheduling.deps import Registrar, VisitView
from services.scheduling.talons.api.views import DESK_LABELS, DeskTalon, PublicTalon
from services.scheduling.talons.domain import LONGEST_TYPED, Check, check_at_desk
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
_STYLE = (_HERE / "talon.css").read_text()
_PAGE = PublicPage(_HERE / "talon.html.j2", allowed=f"style-src {by_hash(_STYLE)}", style=_STYLE)


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
    """Who comes, when, and to whom, for the registrar of that clinic; and whether to let them in.

    `check`: `valid`, `wrong-day`, `wrong-clinic`, `pending`, `past`, `void` (with the talon that
    counts now in `replaced_by`), `unknown`.
    """
    found, here = await talons.at_desk(number, Reach(who, (Role.REGISTRAR,)))
    visit = found.appointment
    check = check_at_desk(visit, found.number, talons.deps.now(), here=here)
    said = DeskTalon(
        talon=PublicTalon.of(found), check=check, check_label=DESK_LABELS[check], here=here
    )
    if visit is None or not here:
        return said
    return said.model_copy(
        update={
            "patient_name": visit.patient_name,
            "appointment_id": visit.id,
            "visit": VisitView.model_validate(visit.visit.on_clinic_clock),
            "clinic_comment": visit.clinic_comment,
        }
    )


@pages.get("/talon")
@pages.get("/talon/")
async def form(
    request: Request,
    talons: Use,
    number: Annotated[str | None, Query(max_length=LONGEST_TYPED)] = None,
) -> HTMLResponse:
    """The form, or the answer to it."""
    return await page(request, number, talons) if number else _PAGE.answer(talon=None, typed="")


@pages.get("/talon/{number:path}")
async def page(request: Request, number: Number, talons: Use) -> HTMLResponse:
    """Where the QR code of a talon leads a person."""
    try:
        await public_check(request)
        found = await talons.check(number)
    except (TalonNumberError, TooManyRequestsError) as error:
        return _PAGE.answer(refused=error, talon=None, typed=number)
    talon = PublicTalon.of(found)
    status = 404 if found.check is Check.UNKNOWN else 200
    return _PAGE.answer(status=status, talon=talon, typed=found.number)
