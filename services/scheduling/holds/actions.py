"""How a hold ends is written down where the slot changes, whoever changes it."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.holds.domain import Ended
from services.scheduling.holds.store import Holds
from services.scheduling.patients.store import Patients
from services.scheduling.timetable.domain import HoldEnd, Slot

WARN_HOLD = "warn-hold"
"""The timer that tells a citizen that their hold ends soon; its key is the hold."""


@dataclass(frozen=True)
class Ending:
    """The port of `Freeing` for citizens' holds."""

    deps: Deps
    holds: Holds
    patients: Patients

    async def ended(self, tx: Transaction, slot: Slot, end: HoldEnd) -> None:
        """The hold that this slot has is over."""
        found = await self.holds.find(tx, slot.hold.id) if slot.hold else None
        if found is None or found.ended is not None:
            return
        ended = Ended(self.deps.now(), end, slot.appointment_id)
        await self.holds.save(tx, found.end(ended))
        await self.patients.release(tx, found.citizen_id, found.id)
        await tx.cancel_timer(WARN_HOLD, found.id)
