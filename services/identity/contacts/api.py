"""Changing the phone or the e-mail of my account (I16, e7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal, anyone
from services.identity.api.common import (
    Answer,
    Calling,
    Password,
    Sent,
    TypedContact,
    Use,
)
from services.identity.domain import Challenge
from services.identity.profiles.api import AccountView

router = APIRouter(prefix="/v1", tags=["account"])

Anyone = Annotated[Principal, Depends(anyone)]


class NewContact(TypedContact):
    """The new contact, and the password once more."""

    password: Password


class ContactChangeView(Sent):
    """A contact that waits for its code."""

    change_id: str


def _view(challenge: Challenge) -> ContactChangeView:
    return ContactChangeView(
        change_id=challenge.id,
        channel=challenge.contact.channel.value,
        destination=challenge.contact.masked,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


@router.post("/contacts", status_code=202)
async def start_contact_change(
    body: NewContact, use: Use, who: Anyone, caller: Calling
) -> ContactChangeView:
    """Send a code to a new phone or e-mail; nothing changes until it is answered."""
    return _view(await use.contacts.start(who.subject, body.contact(), body.password, caller))


@router.post("/contacts/{change_id}/code", status_code=202)
async def resend_contact_change(
    change_id: Id, use: Use, who: Anyone, caller: Calling
) -> ContactChangeView:
    """Send another code; the last one stops working (e7)."""
    return _view(await use.contacts.resend(who.subject, change_id, caller))


@router.post("/contacts/{change_id}/confirmation")
async def confirm_contact_change(
    change_id: Id, body: Answer, use: Use, who: Anyone, _: Calling
) -> AccountView:
    """Answer the code: messages, codes and logins go by the new contact."""
    return AccountView.of(await use.contacts.confirm(who.subject, change_id, body.code))
