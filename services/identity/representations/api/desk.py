"""A registrar compares what a parent or guardian said with their papers (I12)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from contracts.roles import Role
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.auth import Principal
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach
from services.chassis.work.looks import Looker
from services.identity.deps import Body, Registrar
from services.identity.representations.usecases import Claims
from services.identity.representations.views import ClaimView

router = APIRouter(prefix="/v1", tags=["staff"])
Use = Annotated[Claims, Depends(facility(Claims))]
_Text = Annotated[str, Tidied(prose, longest=500, shortest=3)]


class Seen(Body):
    """Which papers were seen; kept in the history."""

    papers: Annotated[
        _Text, Field(examples=["Свидетельство о рождении I-АЮ 123456, паспорт матери."])
    ]


class Because(Body):
    """Why not; kept in the history, the representative sees it."""

    reason: Annotated[_Text, Field(examples=["В свидетельстве указан другой отец."])]


def _by(who: Principal) -> Looker:
    return Reach(who, (Role.REGISTRAR,)).at(None)


@router.get("/desk/representations/{right_id}", summary="Что сверить с документами")
async def claim(right_id: Id, use: Use, who: Registrar) -> ClaimView:
    """What the representative said; they find the look in their journal."""
    return ClaimView.of(await use.look(right_id, _by(who)))


@router.post("/representations/{right_id}/confirmation", summary="Документы представителя сверены")
async def confirm(right_id: Id, body: Seen, use: Use, who: Registrar) -> ClaimView:
    """The registrar saw the papers: the right is in force. Not one's own."""
    return ClaimView.of(await use.confirm(right_id, _by(who), body.papers))


@router.post("/representations/{right_id}/refusal", summary="Документы не подтверждают")
async def refuse(right_id: Id, body: Because, use: Use, who: Registrar) -> ClaimView:
    """The papers do not say so."""
    return ClaimView.of(await use.refuse(right_id, _by(who), body.reason))
