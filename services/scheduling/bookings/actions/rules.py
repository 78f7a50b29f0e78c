"""The rules whose numbers are settings, as those that decide need them."""

from __future__ import annotations

from services.scheduling.bookings.domain.booking import CancelRule
from services.scheduling.bookings.domain.pending import PendingRule
from services.scheduling.patients.domain import MissRule
from services.scheduling.settings import Settings


def cancel_rule(settings: Settings) -> CancelRule:
    """Until when a citizen cancels or moves a visit alone (A13)."""
    return CancelRule(before=settings.self_cancel, hotline=settings.hotline)


def miss_rule(settings: Settings) -> MissRule:
    """What follows of missed visits (A33)."""
    return MissRule(
        most=settings.misses_limit,
        within=settings.misses_within,
        limited=settings.misses_limited,
        active=settings.misses_active,
    )


def pending_rule(settings: Settings) -> PendingRule:
    """How long a visit may wait for what it needs (A12)."""
    return PendingRule(
        stalls=settings.pending_stalls, ends=settings.pending_ends, owed=settings.self_cancel
    )
