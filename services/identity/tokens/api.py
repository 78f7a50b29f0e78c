"""The key set that everybody verifies tokens with (I18)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.chassis.http.facilities import facility
from services.identity.tokens.usecases import SigningKeys

router = APIRouter(prefix="/v1", tags=["tokens"])

Use = Annotated[SigningKeys, Depends(facility(SigningKeys))]


@router.get("/jwks.json")
async def jwks(response: Response, use: Use) -> dict[str, Any]:
    """The public keys (RFC 7517). During a rotation: the old and the new one."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return await use.key_set()
