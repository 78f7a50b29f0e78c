"""Recovery. Nothing here needs an access token; each request is limited (I17)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.identity.accounts.domain import required_email, required_phone
from services.identity.callers.actions import Calling
from services.identity.codes.domain import Challenge
from services.identity.deps import AnswerWithPassword, Body, Typed
from services.identity.recovery.usecases import Recovery

router = APIRouter(prefix="/v1", tags=["recovery"])

Use = Annotated[Recovery, Depends(facility(Recovery))]


class StartRecovery(Body):
    """Every contact that the account has."""

    phone: Typed | None = None
    email: Typed | None = None


class RecoveryView(Body):
    """If the contacts are those of an account, a code is on its way."""

    recovery_id: str
    expires_at: datetime
    resend_at: datetime


def _view(challenge: Challenge) -> RecoveryView:
    return RecoveryView(
        recovery_id=challenge.id,
        expires_at=challenge.expires_at,
        resend_at=challenge.resend_at,
    )


@router.post("/recoveries", status_code=202)
async def start_recovery(body: StartRecovery, use: Use, caller: Calling) -> RecoveryView:
    """Forgotten password, or the first one of staff: name the phone *and* the e-mail (I6, e8)."""
    phone = required_phone(body.phone) if body.phone else None
    email = required_email(body.email) if body.email else None
    if phone is None and email is None:
        raise InvalidInputError(
            [
                FieldError("/phone", "missing", "Укажите телефон."),
                FieldError("/email", "missing", "Укажите e-mail."),
            ]
        )
    return _view(await use.start(phone, email, caller))


@router.post("/recoveries/{recovery_id}/code", status_code=202)
async def resend_recovery(recovery_id: Id, use: Use, caller: Calling) -> RecoveryView:
    """Send another code; the last one stops working (e7)."""
    return _view(await use.resend(recovery_id, caller))


@router.post("/recoveries/{recovery_id}/confirmation", status_code=204)
async def confirm_recovery(
    recovery_id: Id, body: AnswerWithPassword, use: Use, caller: Calling, response: Response
) -> None:
    """Set a new password. Every login of the account ends; log in with the new one.

    Tokens of devices end as well. The answer has this one's new one in `Device-Token`.
    """
    token = await use.confirm(recovery_id, body.code, body.password, caller)
    if token is not None:
        response.headers["Device-Token"] = token
