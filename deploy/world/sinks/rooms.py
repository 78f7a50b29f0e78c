"""Rooms of video visits, simulated: a page lets in whoever comes with a token that is good now.

It plays a Jitsi Meet that believes the tokens of scheduling. Nothing of who came is written down.
"""

from __future__ import annotations

import time
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import HTMLResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from deploy.world.sinks.messages import Sinks, sinks_of

router = APIRouter()
_Theirs = Annotated[Sinks, Depends(sinks_of)]
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/inbox/style.css">
<main><h1>{title}</h1>{body}</main></html>"""


@router.get("/inbox/video/{room}", response_class=HTMLResponse)
async def enter(
    sinks: _Theirs,
    room: Annotated[str, Path(max_length=64)],
    token: Annotated[str, Query(alias="jwt", max_length=4096)] = "",
) -> HTMLResponse:
    """The room, for the person of the token."""
    secret = sinks.settings.video_secret
    claims = _claims(token, secret.get_secret_value() if secret else "")
    if claims is None or claims.get("room") != room:
        body = "<p>Ссылка не подходит к этой комнате, или её время прошло.</p>"
        page = _PAGE.format(title="В видеокомнату не войти", body=body)
        return HTMLResponse(page, status_code=403, headers=_HEADERS)
    user = claims.get("context", {}).get("user", {})
    role = "ведёт консультацию" if user.get("moderator") else "участник"
    body = (
        f"<p>Вы вошли: {escape(str(user.get('name')))}, {role}.</p><p>Это имитация видеосвязи.</p>"
    )
    return HTMLResponse(_PAGE.format(title="Видеоконсультация", body=body), headers=_HEADERS)


def _claims(token: str, secret: str) -> dict[str, Any] | None:
    """What a token says that is signed with the secret and good now."""
    if not secret:
        return None
    try:
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims
        good = claims["aud"] == "jitsi" and claims["nbf"] <= time.time() < claims["exp"]
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return dict(claims) if good else None
