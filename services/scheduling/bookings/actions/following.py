"""Whoever ordered a visit for an application hears what becomes of it (C19)."""

from __future__ import annotations

from services.chassis.foundation import clock
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.domain.appointment import Appointment

FOLLOW_VISIT = "video-visit"
"""Looks what became of the visit of an application (C19); its key is the application."""


async def followed(tx: Transaction, visit: Appointment) -> None:
    """Whoever ordered the visit for an application looks what became of it."""
    if visit.application_id is not None:
        await tx.set_timer(FOLLOW_VISIT, visit.application_id, clock.now())
