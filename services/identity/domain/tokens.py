"""Refresh tokens: opaque, kept as hashes, each used once (I18).

The tokens of one login are a family. A token that comes a second time was stolen, or its thief has
used it before: the family ends. Refuses to know what an access token looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256


class RefreshVerdict(StrEnum):
    """What a refresh token is worth."""

    GOOD = "good"
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

    def verdict(self, now: datetime) -> RefreshVerdict:
        """Whether it may be exchanged."""
        if self.revoked_at is not None or now >= self.expires_at:
            return RefreshVerdict.DEAD
        return RefreshVerdict.REUSED if self.rotated_at is not None else RefreshVerdict.GOOD

    def rotated(self, digest: str, now: datetime) -> tuple[RefreshToken, RefreshToken]:
        """This token as used, and its successor in the family."""
        successor = replace(self, digest=digest, issued_at=now)
        return replace(self, rotated_at=now), successor


def first_token(
    digest: str, family: str, account_id: str, now: datetime, lifetime: timedelta
) -> RefreshToken:
    """The first token of a login."""
    return RefreshToken(digest, family, account_id, now, now + lifetime)


def digest_of_token(token: str) -> str:
    """What is stored. A plain hash: the token itself has 256 random bits."""
    return sha256(token.encode()).hexdigest()
