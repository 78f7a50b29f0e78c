"""My clinic."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.identity.attachment.usecases import Attached, Attachments
from services.identity.deps import Body, Citizen

router = APIRouter(prefix="/v1/attachment", tags=["account"])

Use = Annotated[Attachments, Depends(facility(Attachments))]


class Chosen(Body):
    """A clinic of `GET /v1/clinics`."""

    clinic_id: Annotated[Id, Field(examples=["clinic-1"])]


class AttachmentView(BaseModel):
    """The clinic that I am attached to; all empty where I have named none."""

    clinic_id: str | None = None
    clinic_name: str | None = None
    closed_on: date | None = Field(default=None, description="С какого дня она не работает.")
    since: datetime | None = None

    @classmethod
    def of(cls, attached: Attached) -> AttachmentView:
        """The view of an attachment."""
        attachment, clinic = attached.account.attachment, attached.clinic
        if attachment is None or clinic is None:
            return cls()
        return cls(
            clinic_id=clinic.id,
            clinic_name=clinic.details.name,
            closed_on=clinic.closure.on if clinic.closure else None,
            since=attachment.since,
        )


@router.get("", summary="Моя клиника")
async def my_clinic(use: Use, who: Citizen) -> AttachmentView:
    """The clinic that I am attached to."""
    return AttachmentView.of(await use.get(who.subject))


@router.put("", summary="Прикрепиться к клинике")
async def attach(body: Chosen, use: Use, who: Citizen) -> AttachmentView:
    """Say which clinic I am attached to; applications that name none are for it (K6)."""
    return AttachmentView.of(await use.attach(who.subject, body.clinic_id))
