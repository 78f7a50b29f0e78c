"""What holds say: domain → contract."""

from __future__ import annotations

from contracts import scheduling, waiting
from services.scheduling.holds.domain import CitizenHold


def expiry_warned(hold: CitizenHold) -> waiting.HoldExpiryWarned:
    """It will end soon, unless the slot is booked."""
    return waiting.HoldExpiryWarned(
        hold_id=hold.id,
        citizen_id=hold.citizen_id,
        slot_id=hold.slot_id,
        visit=scheduling.Visit(**vars(hold.visit)),
        held_until=hold.until,
    )
