"""Registration, login and recovery: routes that need no token, each limited (I17)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.typed import Id
from services.identity.api.common import (
    Answer,
    Body,
    Calling,
    Password,
    Sent,
    TokenPair,
    Typed,
    TypedContact,
    Use,
    require_contact,
)
from services.identity.domain import Challenge, email_of, phone_of

router = APIRouter(prefix="/v1")


class StartSession(Body):
    """Login is the proved phone or e-mail, or a login name."""

    login: Annotated[Typed, Field(examples=["+7 912 345-67-89"])]
    password: Password


class StartRecovery(Body):
    """Every contact that the account has."""

    phone: Typed | None = None
    email: Typed | None = None


class StartRegistration(TypedContact):
    """The contact that the code goes to."""


class AnswerWithPassword(Answer):
    """The code from the message and the password to be."""

    password: Annotated[Password, Field(description="От 10 символов, не из частых.")]


class RegistrationView(Sent):
    """The same for a contact that has an account: nobody learns who is registered."""

    registration_id: str


class SessionView(Sent):
    """A login that waits for its code."""

    session_id: str


class RecoveryView(Body):
    """If the contacts are those of an account, a code is on its way."""

    recovery_id: str
    expires_at: datetime
    resend_at: datetime


def _registration(challenge: Challenge) -> RegistrationView:
    return RegistrationView(
        registration_id=challenge.id,
        channel=challenge.destination.channel.value,
        destination=challenge.destination.masked,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


def _session(challenge: Challenge) -> SessionView:
    return SessionView(
        session_id=challenge.id,
        channel=challenge.destination.channel.value,
        destination=challenge.destination.masked,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


def _recovery(challenge: Challenge) -> RecoveryView:
    return RecoveryView(
        recovery_id=challenge.id,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


@router.post("/registrations", status_code=202, tags=["registration"])
async def start_registration(
    body: StartRegistration, use: Use, caller: Calling
) -> RegistrationView:
    """Send a code to a phone or an e-mail (I1)."""
    return _registration(await use.registration.start(body.contact(), caller))


@router.post("/registrations/{registration_id}/code", status_code=202, tags=["registration"])
async def resend_registration(registration_id: Id, use: Use, caller: Calling) -> RegistrationView:
    """Send another code; the last one stops working (e7)."""
    return _registration(await use.registration.resend(registration_id, caller))


@router.post(
    "/registrations/{registration_id}/confirmation", status_code=201, tags=["registration"]
)
async def confirm_registration(
    registration_id: Id, body: AnswerWithPassword, use: Use, caller: Calling
) -> TokenPair:
    """Prove the contact and set a password: the account exists, level «registered»."""
    return TokenPair.of(
        await use.registration.confirm(registration_id, body.code, body.password, caller)
    )


@router.post("/sessions", status_code=202, tags=["login"])
async def start_session(body: StartSession, use: Use, caller: Calling) -> SessionView:
    """Check login and password, send the second factor (I3)."""
    return _session(await use.sessions.begin(body.login, body.password, caller))


@router.post("/sessions/{session_id}/code", status_code=202, tags=["login"])
async def resend_session(session_id: Id, use: Use, caller: Calling) -> SessionView:
    """Send another code; the last one stops working (e7)."""
    return _session(await use.sessions.resend(session_id, caller))


@router.post("/sessions/{session_id}/confirmation", tags=["login"])
async def confirm_session(session_id: Id, body: Answer, use: Use, caller: Calling) -> TokenPair:
    """Answer the second factor: tokens (e6: without it, none)."""
    return TokenPair.of(await use.sessions.confirm(session_id, body.code, caller))


@router.post("/recoveries", status_code=202, tags=["recovery"])
async def start_recovery(body: StartRecovery, use: Use, caller: Calling) -> RecoveryView:
    """Forgotten password, or the first one of staff: name the phone *and* the e-mail (I6, e8)."""
    phone = require_contact(phone_of(body.phone), "phone", body.phone) if body.phone else None
    email = require_contact(email_of(body.email), "email", body.email) if body.email else None
    if phone is None and email is None:
        raise InvalidInputError(
            [
                FieldError("/phone", "missing", "Укажите телефон."),
                FieldError("/email", "missing", "Укажите e-mail."),
            ]
        )
    return _recovery(await use.recovery.start(phone, email, caller))


@router.post("/recoveries/{recovery_id}/code", status_code=202, tags=["recovery"])
async def resend_recovery(recovery_id: Id, use: Use, caller: Calling) -> RecoveryView:
    """Send another code; the last one stops working (e7)."""
    return _recovery(await use.recovery.resend(recovery_id, caller))


@router.post("/recoveries/{recovery_id}/confirmation", status_code=204, tags=["recovery"])
async def confirm_recovery(
    recovery_id: Id, body: AnswerWithPassword, use: Use, caller: Calling, response: Response
) -> None:
    """Set a new password. Every login of the account ends; log in with the new one.

    Tokens of devices end as well. The answer has this one's new one in `Device-Token`.
    """
    token = await use.recovery.confirm(recovery_id, body.code, body.password, caller)
    if token is not None:
        response.headers["Device-Token"] = token
