"""What a right code makes: an act for one document, or a session for some minutes (K5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SESSION = "session"
"""What a challenge is about that opens a session; of a document it is the digest."""


@dataclass(frozen=True)
class SigningSession:
    """Minutes in which a signer's approvals need no code of their own. Ends once."""

    id: str
    account_id: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it still stands for its signer."""
        return self.ended_at is None and now < self.expires_at
