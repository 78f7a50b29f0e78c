"""A one-time code on its way: kept in memory only; what is stored about it shows a mask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from services.notifier.recipients.domain import Address
from services.notifier.templates.domain.content import MASK

TEMPLATE = "code"


@dataclass(frozen=True)
class Code:
    """A code to deliver at most once and before `expires_at`. Its value is never shown by repr."""

    id: str
    citizen_id: str | None
    address: Address
    purpose: str
    expires_at: datetime
    value: str = field(repr=False)

    def expired(self, now: datetime) -> bool:
        """Whether it is too late to send it."""
        return now >= self.expires_at

    def context(self, now: datetime, *, secret: bool) -> dict[str, Any]:
        """What the template gets: with the value for the provider, masked for the journal."""
        left = max(self.expires_at - now, timedelta())
        return {
            "code": self.value if secret else MASK,
            "purpose": self.purpose,
            "minutes": max(1, ceil(left / timedelta(minutes=1))),
        }


def pause_before(attempt: int) -> timedelta:
    """How long to wait before trying a code again that certainly was not sent."""
    return timedelta(seconds=min(8.0, 0.25 * 2**attempt))
