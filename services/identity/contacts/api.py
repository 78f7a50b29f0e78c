"""Changing the phone or the e-mail of my account (I16, e7)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.identity.accounts.domain import required_contact
from services.identity.accounts.views import AccountView
from services.identity.callers.actions import Calling
from services.identity.codes.domain import Challenge
from services.identity.contacts.usecases import ContactChange
from services.identity.deps import Answer, Anyone, Password, Sent, TypedContact

router = APIRouter(prefix="/v1", tags=["account"])

Use = Annotated[ContactChange, Depends(facility(ContactChange))]


class NewContact(TypedContact):
    """The new contact, and the password once more."""

    password: Password


class ContactChangeView(Sent):
    """A contact that waits for its code."""

    change_id: str


def _view(challenge: Challenge) -> ContactChangeView:
    return ContactChangeView(
        change_id=challenge.id,
        channel=challenge.destination.channel.value,
        destination=challenge.destination.masked,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


@router.post("/contacts", status_code=202)
async def start_contact_change(
    body: NewContact, use: Use, who: Anyone, caller: Calling
) -> ContactChangeView:
    """Send a code to a new phone or e-mail; nothing changes until it is answered."""
    contact = required_contact(body.channel, body.phone, body.email)
    return _view(await use.start(who.subject, contact, body.password, caller))


@router.post("/contacts/{change_id}/code", status_code=202)
async def resend_contact_change(
    change_id: Id, use: Use, who: Anyone, caller: Calling
) -> ContactChangeView:
    """Send another code; the last one stops working (e7)."""
    return _view(await use.resend(who.subject, change_id, caller))


@router.post("/contacts/{change_id}/confirmation")
async def confirm_contact_change(
    change_id: Id, body: Answer, use: Use, who: Anyone, _: Calling
) -> AccountView:
    """Answer the code: messages, codes and logins go by the new contact."""
    return AccountView.of(await use.confirm(who.subject, change_id, body.code))
