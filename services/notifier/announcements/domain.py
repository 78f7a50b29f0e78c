"""When to tell what no event tells: a visit tomorrow, a late talon, a certificate ending."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WAIT_FOR_TALON = timedelta(seconds=30)
"""Sealing takes a fraction of a second; who booked hears of it within this, talon or not."""
REMIND_BEFORE_VISIT = timedelta(hours=24)
WARN_BEFORE_EXPIRY = timedelta(days=30)
_MORNING = time(9, 0)


def visit_reminder_at(starts_at: datetime, now: datetime) -> datetime | None:
    """A day before the visit; None when it was booked later than that (N12)."""
    at = starts_at - REMIND_BEFORE_VISIT
    return at if at > now else None


def expiry_warning_at(valid_until: date, timezone: str, now: datetime) -> datetime | None:
    """The morning 30 days before a certificate ends; None when that has passed (N3)."""
    at = datetime.combine(valid_until - WARN_BEFORE_EXPIRY, _MORNING, ZoneInfo(timezone))
    return at if at > now else None
