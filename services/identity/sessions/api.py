"""Login and logout. Nothing here needs an access token; each request is limited (I17)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.identity.callers.actions import Calling
from services.identity.codes.domain import Challenge
from services.identity.deps import Answer, Body, Password, Sent, Typed
from services.identity.sessions.usecases import Refreshing, Sessions
from services.identity.tokens.views import TokenPair

router = APIRouter(prefix="/v1")

Use = Annotated[Sessions, Depends(facility(Sessions))]
Tokens = Annotated[Refreshing, Depends(facility(Refreshing))]


class StartSession(Body):
    """Login is the proved phone or e-mail, or a login name."""

    login: Annotated[Typed, Field(examples=["+7 912 345-67-89"])]
    password: Password


class SessionView(Sent):
    """A login that waits for its code."""

    session_id: str


class Confirmation(Answer):
    """The code, and a new password where the old one must not stay (I8, e11)."""

    new_password: Annotated[
        Password | None,
        Field(description="Если ответ был `password-must-change`. Правила те же, что у всех."),
    ] = None


class Refresh(Body):
    """A refresh token."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=256)]


def _view(challenge: Challenge) -> SessionView:
    channel, destination = challenge.told
    return SessionView(
        session_id=challenge.id,
        channel=channel.value,
        destination=destination,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


@router.post("/sessions", status_code=202, tags=["login"])
async def start_session(body: StartSession, use: Use, caller: Calling) -> SessionView:
    """Check login and password, send the second factor (I3)."""
    return _view(await use.begin(body.login, body.password, caller))


@router.post("/sessions/{session_id}/code", status_code=202, tags=["login"])
async def resend_session(session_id: Id, use: Use, caller: Calling) -> SessionView:
    """Send another code; the last one stops working (e7)."""
    return _view(await use.resend(session_id, caller))


@router.post("/sessions/{session_id}/confirmation", tags=["login"])
async def confirm_session(
    session_id: Id, body: Confirmation, use: Use, caller: Calling
) -> TokenPair:
    """Answer the second factor: tokens (e6: without it, none).

    A temporary or stale password must change first: 403 `password-must-change`; the same code with
    `new_password` logs in.
    """
    return await use.confirm(session_id, body.code, caller, new_password=body.new_password)


@router.post("/tokens/refresh", tags=["tokens"])
async def refresh(body: Refresh, use: Tokens, _: Calling) -> TokenPair:
    """Exchange a refresh token; the same one again within some seconds gets the same answer.

    Later reuse ends the whole login.
    """
    return await use.refresh(body.refresh_token)


@router.post("/tokens/revocation", status_code=204, tags=["tokens"])
async def revoke(body: Refresh, use: Tokens, _: Calling) -> None:
    """Log out: the login's refresh tokens end (RFC 7009). Access tokens end by themselves."""
    await use.revoke(body.refresh_token)
