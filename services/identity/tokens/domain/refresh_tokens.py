"""Refresh tokens: opaque, kept as hashes, each exchanged for one successor (I18).

The tokens of one login are a family. A token that comes again within the grace (two tabs refresh at
the same moment, an answer is lost on the way) gets the same successor again. One that comes later
was stolen, or its thief has used it before: the family ends. Refuses to know what an access token
looks like.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256


class RefreshVerdict(StrEnum):
    """What a refresh token is worth."""

    GOOD = "good"
    REPEATED = "repeated"
    REUSED = "reused"
    DEAD = "dead"


@dataclass(frozen=True)
class RefreshToken:
    """One refresh token; the family expires as a whole, rotation does not prolong it."""

    digest: str
    family: str
    account_id: str
    issued_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None

    def verdict(self, now: datetime, grace: timedelta) -> RefreshVerdict:
        """Whether it may be exchanged, or was a moment ago (`grace`)."""
        if self.revoked_at is not None or now >= self.expires_at:
            return RefreshVerdict.DEAD
        if self.rotated_at is None:
            return RefreshVerdict.GOOD
        again = now < self.rotated_at + grace
        return RefreshVerdict.REPEATED if again else RefreshVerdict.REUSED

    def rotated(self, digest: str, now: datetime) -> tuple[RefreshToken, RefreshToken]:
        """This token as used, and its successor in the family."""
        successor = replace(self, digest=digest, issued_at=now)
        return replace(self, rotated_at=now), successor


def first_token(
    digest: str, family: str, account_id: str, now: datetime, lifetime: timedelta
) -> RefreshToken:
    """The first token of a login."""
    return RefreshToken(digest, family, account_id, now, now + lifetime)


def successor_of(secret: bytes, token: str) -> str:
    """The one token that this one is exchanged for: known to who has the token and the secret.

    It is computed and not kept, so a repeated exchange can be answered alike and nothing that is
    stored opens a login.
    """
    mac = hmac.digest(secret, f"successor:{token}".encode(), "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def digest_of_token(token: str) -> str:
    """What is stored. A plain hash: the token itself has 256 random bits."""
    return sha256(token.encode()).hexdigest()
