"""What doctors may ask about previews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from contracts.roles import Role
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.documents.access.views import LinkView
from services.documents.deps import Counted
from services.documents.previews.usecases import Previews

Use = Annotated[Previews, Depends(facility(Previews))]
Doctor = Annotated[Principal, Depends(admitted(Role.DOCTOR))]

router = APIRouter(prefix="/v1", tags=["previews"])


@router.post("/previews/{preview_id}/links", status_code=201)
async def link_to_preview(preview_id: Id, use: Use, who: Doctor, rates: Counted) -> LinkView:
    """A link to the unsigned PDF, for the doctor who ordered it; it is kept for a day.

    409 `preview-not-ready`: in a moment; `preview-failed`: why it cannot be printed.
    """
    rates.creation(who.subject)
    return LinkView.model_validate(await use.link(preview_id, who.subject))
