"""What follows of visits that a patient missed (A33): told beforehand, counted, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Miss:
    """A visit that the patient did not come to, and when it was."""

    appointment_id: str
    at: datetime


@dataclass(frozen=True)
class MissRule:
    """Of `most` misses within a time, only `active` visits at once follow, `limited` long.

    That is for what citizens book themselves; a clinic's desk books as it sees fit.
    """

    most: int
    within: timedelta
    limited: timedelta
    active: int

    def kept(self, misses: Sequence[Miss], now: datetime) -> tuple[Miss, ...]:
        """Those that still count for something."""
        oldest = now - self.within - self.limited
        return tuple(sorted((m for m in misses if m.at > oldest), key=lambda m: m.at))

    def counted(self, misses: Sequence[Miss], now: datetime) -> int:
        """How many of late."""
        return sum(now - self.within < miss.at <= now for miss in misses)

    def limited_until(self, misses: Sequence[Miss], now: datetime) -> datetime | None:
        """Until when only a few visits at once can be booked; None: there is no such limit."""
        at = sorted(miss.at for miss in misses)
        last = [
            end
            for first, end in zip(at, at[self.most - 1 :], strict=False)
            if end - first <= self.within
        ]
        until = max(last) + self.limited if last else None
        return until if until is not None and until > now else None
