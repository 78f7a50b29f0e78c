"""Refreshing and revoking tokens, and the key set that everybody verifies them with (I18)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.common import Body, TokenPair, Use, admitted

router = APIRouter(prefix="/v1", tags=["tokens"])


class Refresh(Body):
    """A refresh token."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=256)]


@router.post("/tokens/refresh", dependencies=[Depends(admitted)])
async def refresh(body: Refresh, use: Use) -> TokenPair:
    """Exchange a refresh token; the same one again within some seconds gets the same answer.

    Later reuse ends the whole login.
    """
    return TokenPair.of(await use.sessions.refresh(body.refresh_token))


@router.post("/tokens/revocation", status_code=204, dependencies=[Depends(admitted)])
async def revoke(body: Refresh, use: Use) -> None:
    """Log out: the login's refresh tokens end (RFC 7009). Access tokens end by themselves."""
    await use.sessions.revoke(body.refresh_token)


@router.get("/jwks.json")
async def jwks(response: Response, use: Use) -> dict[str, Any]:
    """The public keys (RFC 7517). During a rotation: the old and the new one."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return await use.signing.key_set()
