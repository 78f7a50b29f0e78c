"""Registration. Nothing here needs an access token; each request is limited (I17)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.identity.accounts.domain import required_contact
from services.identity.callers.actions import Calling
from services.identity.codes.domain import Challenge
from services.identity.deps import AnswerWithPassword, Sent, TypedContact
from services.identity.registration.usecases import Registration
from services.identity.tokens.views import TokenPair

router = APIRouter(prefix="/v1", tags=["registration"])

Use = Annotated[Registration, Depends(facility(Registration))]


class StartRegistration(TypedContact):
    """The contact that the code goes to."""


class RegistrationView(Sent):
    """The same for a contact that has an account: nobody learns who is registered."""

    registration_id: str


def _view(challenge: Challenge) -> RegistrationView:
    return RegistrationView(
        registration_id=challenge.id,
        channel=challenge.destination.channel.value,
        destination=challenge.destination.masked,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


@router.post("/registrations", status_code=202)
async def start_registration(
    body: StartRegistration, use: Use, caller: Calling
) -> RegistrationView:
    """Send a code to a phone or an e-mail (I1)."""
    contact = required_contact(body.channel, body.phone, body.email)
    return _view(await use.start(contact, caller))


@router.post("/registrations/{registration_id}/code", status_code=202)
async def resend_registration(registration_id: Id, use: Use, caller: Calling) -> RegistrationView:
    """Send another code; the last one stops working (e7)."""
    return _view(await use.resend(registration_id, caller))


@router.post("/registrations/{registration_id}/confirmation", status_code=201)
async def confirm_registration(
    registration_id: Id, body: AnswerWithPassword, use: Use, caller: Calling
) -> TokenPair:
    """Prove the contact and set a password: the account exists, level «registered»."""
    return await use.confirm(registration_id, body.code, body.password, caller)
