"""My authenticator app."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.chassis.http.facilities import facility
from services.identity.authenticators.domain import Authenticator
from services.identity.callers.actions import Calling
from services.identity.deps import Answer, Anyone, Body, Password
from services.identity.enrolments.usecases import Enrolments

router = APIRouter(prefix="/v1/authenticator", tags=["account"])

Use = Annotated[Enrolments, Depends(facility(Enrolments))]


class NewAuthenticator(Body):
    """The password: an open browser alone connects nothing."""

    password: Password


class OfferView(BaseModel):
    """What the app is given, once; then its first code."""

    secret: str = Field(description="Base32, если набирать вручную.")
    uri: str = Field(description="`otpauth://…`, то же для QR-кода.")
    expires_at: datetime


class AuthenticatorView(BaseModel):
    """Whether an app is connected."""

    connected: bool
    since: datetime | None

    @classmethod
    def of(cls, found: Authenticator | None) -> AuthenticatorView:
        """The view of one, or of none."""
        return cls(connected=found is not None, since=found.since if found else None)


@router.get("")
async def my_authenticator(use: Use, who: Anyone) -> AuthenticatorView:
    """Whether an authenticator app is my second factor."""
    return AuthenticatorView.of(await use.find(who.subject))


@router.post("", status_code=201)
async def begin(body: NewAuthenticator, use: Use, who: Anyone, caller: Calling) -> OfferView:
    """Begin to connect an app (RFC 6238). It counts once its first code was given."""
    offered = await use.begin(who.subject, body.password, caller)
    return OfferView(secret=offered.secret, uri=offered.uri, expires_at=offered.expires_at)


@router.post("/confirmation")
async def confirm(body: Answer, use: Use, who: Anyone, _: Calling) -> AuthenticatorView:
    """Give the app's code: from now on logins and signatures ask for it, no SMS is sent (d11)."""
    return AuthenticatorView.of(await use.confirm(who.subject, body.code))


@router.post("/removal", status_code=204)
async def remove(body: Answer, use: Use, who: Anyone, _: Calling) -> None:
    """Give a fresh code of the app: codes are sent again. Lost? Recover the account instead."""
    await use.remove(who.subject, body.code)
