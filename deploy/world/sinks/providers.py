"""The SMS centre and the push service: signed HTTP, once per idempotency key."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field, SecretStr, ValidationError

from deploy.world.sinks.messages import Channel, Message, Sinks, now, sinks_of

router = APIRouter()

_Theirs = Annotated[Sinks, Depends(sinks_of)]


class SmsBody(BaseModel):
    """What the SMS centre takes."""

    id: str = Field(min_length=1, max_length=200)
    to: str = Field(min_length=1, max_length=50)
    text: str = Field(min_length=1, max_length=2000)


class PushBody(BaseModel):
    """What the push service takes."""

    id: str = Field(min_length=1, max_length=200)
    to: str = Field(min_length=1, max_length=500)
    title: str = Field(max_length=200)
    body: str = Field(max_length=2000)
    url: str | None = None


Body = TypeVar("Body", SmsBody, PushBody)


@router.post("/sms/v1/messages", status_code=202)
async def sms(request: Request, sinks: _Theirs) -> dict[str, str]:
    """Accept a short message."""
    body = await _admitted(request, sinks, Channel.SMS, sinks.settings.sms_secret, SmsBody)
    message = Message(
        channel=Channel.SMS,
        id=body.id,
        to=body.to,
        text=body.text,
        received_at=now(),
        provider_id=str(uuid.uuid4()),
    )
    return await _accepted(sinks, message)


@router.post("/push/v1/messages", status_code=202)
async def push(request: Request, sinks: _Theirs) -> dict[str, str]:
    """Accept a push message."""
    body = await _admitted(request, sinks, Channel.PUSH, sinks.settings.push_secret, PushBody)
    message = Message(
        channel=Channel.PUSH,
        id=body.id,
        to=body.to,
        title=body.title,
        text=body.body,
        url=body.url,
        received_at=now(),
        provider_id=str(uuid.uuid4()),
    )
    return await _accepted(sinks, message)


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Signature` for a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def _admitted(
    request: Request, sinks: Sinks, channel: Channel, secret: SecretStr, model: type[Body]
) -> Body:
    raw = await request.body()
    given = request.headers.get("X-Signature", "")
    wanted = signature(secret.get_secret_value(), raw)
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise HTTPException(401, "wrong signature")
    status = sinks.faults.take(channel)
    if status is not None:
        raise HTTPException(status, "refused on request of a test")
    try:
        body = model.model_validate_json(raw)
    except ValidationError as error:
        raise HTTPException(422, json.loads(error.json(include_url=False))) from error
    if request.headers.get("Idempotency-Key") != body.id:
        raise HTTPException(400, "Idempotency-Key must be the message's id")
    return body


async def _accepted(sinks: Sinks, message: Message) -> dict[str, str]:
    kept = await sinks.messages.accept(message)
    return {"provider_id": kept.provider_id, "status": "accepted"}
