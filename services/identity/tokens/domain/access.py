"""What an access token says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Holder:
    """An account as its tokens name it."""

    account_id: str
    role: str
    level: str
    clinic_id: str | None = None


@dataclass(frozen=True)
class AccessClaims:
    """What an access token says."""

    holder: Holder
    token_id: str
    now: datetime
