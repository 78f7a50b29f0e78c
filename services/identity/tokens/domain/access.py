"""What an access token says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Holder:
    """An account as its tokens name it. `posts` pairs each role with a clinic, or with none."""

    account_id: str
    roles: tuple[str, ...]
    level: str
    posts: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class AccessClaims:
    """What an access token says."""

    holder: Holder
    token_id: str
    now: datetime
