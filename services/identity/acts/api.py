"""A person confirms a document by a second factor; signers may do so for a session (K5, C12)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal, require
from services.chassis.http.facilities import facility
from services.identity.acts.domain import SESSION
from services.identity.acts.usecases import Signing
from services.identity.callers.actions import Calling
from services.identity.codes.domain import Challenge
from services.identity.deps import Answer, Body, Sent

router = APIRouter(prefix="/v1", tags=["signing"])

Use = Annotated[Signing, Depends(facility(Signing))]
Signer = Annotated[Principal, Depends(require(Role.DOCTOR, Role.ADMINISTRATOR))]
Person = Annotated[
    Principal, Depends(require(Role.CITIZEN, Role.DOCTOR, Role.ADMINISTRATOR, acting=True))
]
"""Also who acts for a citizen or an organisation: the code goes to them, the act is theirs."""


class NewAct(Body):
    """The document that is to be signed."""

    digest: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            max_length=64,
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
            description="SHA-256 документа: его называют ответы на черновик заявления, на "
            "предпросмотр и на решение.",
        ),
    ]


class ActAsked(Sent):
    """An act that waits for its code."""

    act_id: str


class SessionAsked(Sent):
    """A signing session that waits for its code."""

    session_id: str


class ActView(BaseModel):
    """The act; goes with the submission or the approval of that document."""

    act: str = Field(description="JWT, ES256.")
    expires_at: datetime


class SessionView(ActView):
    """The act of a session; goes with every approval until the session ends."""

    session_id: str


class OpenSession(BaseModel):
    """A session that is open now."""

    session_id: str
    opened_at: datetime
    expires_at: datetime


class OpenSessions(BaseModel):
    """My open signing sessions."""

    items: list[OpenSession]


def _sent(challenge: Challenge) -> dict[str, object]:
    channel, destination = challenge.told
    return {
        "channel": channel.value,
        "destination": destination,
        "expires_at": challenge.expires_at,
        "resend_at": challenge.resend_at,
    }


@router.post("/acts", status_code=202)
async def ask_for_act(body: NewAct, use: Use, who: Person, caller: Calling) -> ActAsked:
    """Send a code for one document, named by its digest: an application, a certificate."""
    asked = await use.ask(who, body.digest, caller)
    return ActAsked.model_validate({"act_id": asked.id, **_sent(asked)})


@router.post("/acts/{act_id}/code", status_code=202)
async def resend_act(act_id: Id, use: Use, who: Person, caller: Calling) -> ActAsked:
    """Send another code; the last one stops working (e7)."""
    asked = await use.resend(who, act_id, caller)
    return ActAsked.model_validate({"act_id": asked.id, **_sent(asked)})


@router.post("/acts/{act_id}/confirmation")
async def confirm_act(act_id: Id, body: Answer, use: Use, who: Person, caller: Calling) -> ActView:
    """Answer the code: the act, good for minutes and for this document alone."""
    done = await use.confirm(who, act_id, body.code, caller, session=False)
    return ActView(act=done.token, expires_at=done.act.expires_at)


@router.post("/signing-sessions", status_code=202)
async def ask_for_session(use: Use, who: Signer, caller: Calling) -> SessionAsked:
    """Send a code that opens a signing session of half an hour at most."""
    asked = await use.ask(who, SESSION, caller)
    return SessionAsked.model_validate({"session_id": asked.id, **_sent(asked)})


@router.get("/signing-sessions")
async def open_sessions(use: Use, who: Signer) -> OpenSessions:
    """My open signing sessions."""
    return OpenSessions(
        items=[
            OpenSession(session_id=s.id, opened_at=s.opened_at, expires_at=s.expires_at)
            for s in await use.opened(who)
        ]
    )


@router.post("/signing-sessions/{session_id}/code", status_code=202)
async def resend_session_code(
    session_id: Id, use: Use, who: Signer, caller: Calling
) -> SessionAsked:
    """Send another code; the last one stops working (e7)."""
    asked = await use.resend(who, session_id, caller)
    return SessionAsked.model_validate({"session_id": asked.id, **_sent(asked)})


@router.post("/signing-sessions/{session_id}/confirmation")
async def open_session(
    session_id: Id, body: Answer, use: Use, who: Signer, caller: Calling
) -> SessionView:
    """Answer the code: the session is open, one that was open before ends."""
    done = await use.confirm(who, session_id, body.code, caller, session=True)
    return SessionView(act=done.token, session_id=session_id, expires_at=done.act.expires_at)


@router.post("/signing-sessions/{session_id}/closing", status_code=204)
async def close_session(session_id: Id, use: Use, who: Signer) -> None:
    """Close it: its act allows nothing from now on. A logout closes it, too."""
    await use.close(who, session_id)
