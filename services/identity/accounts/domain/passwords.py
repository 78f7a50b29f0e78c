"""What is known of a stored password, and when it must be another (I8, e11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class StoredPassword:
    """The hash of a password; `temporary`: somebody else has read it, too."""

    hash: str = field(repr=False)
    set_at: datetime
    temporary: bool = False

    def is_stale(self, now: datetime, good_for: timedelta) -> bool:
        """Whether it is older than passwords may become."""
        return now >= self.set_at + good_for
