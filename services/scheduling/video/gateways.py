"""The address of a room at a video service that believes our tokens (Jitsi Meet's JWT)."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from services.scheduling.video.domain import Guest, Room, Window
from services.scheduling.video.errors import VideoNotSetUpError

_ISSUER = "moe-zdorovie"


class Rooms:
    """Every visit has a room of its own, and every person an address of their own to it."""

    def __init__(self, url: str | None, secret: SecretStr | None) -> None:
        self._url = url.rstrip("/") if url else None
        self._secret = secret.get_secret_value().encode() if secret else None

    def room(self, visit_id: str, guest: Guest, window: Window, now: datetime) -> Room:
        """The address for this guest, good until the room closes.

        Raises:
            VideoNotSetUpError: there is no video service.
        """
        if self._url is None or self._secret is None:
            raise VideoNotSetUpError
        name = hmac.digest(self._secret, f"room:{visit_id}".encode(), "sha256").hex()[:32]
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "aud": "jitsi",
            "sub": "*",
            "room": name,
            "iat": int(now.timestamp()),
            "nbf": int(window.opens_at.timestamp()),
            "exp": int(window.closes_at.timestamp()),
            "context": {"user": {"id": guest.id, "name": guest.name, "moderator": guest.leads}},
        }
        key = OctKey.import_key(self._secret)
        token = jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])
        return Room(f"{self._url}/{name}?jwt={token}", window)
