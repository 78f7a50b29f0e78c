"""The doctor's word about a video visit that did not come about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.certificates.applications.views.application import ApplicationView, doctors_view
from services.certificates.deps import Doctor
from services.certificates.visits.usecases import Visits
from services.chassis.foundation.typed import Id
from services.chassis.http.etags import etag
from services.chassis.http.facilities import facility

router = APIRouter(prefix="/v1", tags=["Рассмотрение врачом"])
Use = Annotated[Visits, Depends(facility(Visits))]


@router.post("/reviews/{application_id}/missed-visit", summary="Видеоконсультация не состоялась")
async def missed_visit(
    *, who: Doctor, application_id: Id, use: Use, response: Response
) -> ApplicationView:
    """Another one is arranged by itself; the citizen hears of its time (C19)."""
    found = await use.miss(who.subject, application_id)
    response.headers["ETag"] = etag(found.revision)
    return doctors_view(found, await use.cases.kind_of(found))
