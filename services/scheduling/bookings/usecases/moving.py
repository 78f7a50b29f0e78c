"""Rescheduling: one step that keeps the old time if the new one is gone (A14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Moving, cancel_rule, new_talon
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.domain.booking import CancelRule
from services.scheduling.bookings.domain.moving import Mover, check_movable
from services.scheduling.bookings.metrics import BookingMetrics
from services.scheduling.deps import Deps


@dataclass(frozen=True)
class Rescheduling:
    """Citizens move their own visits; `changed` is told of slots as in `Bookings`."""

    deps: Deps
    moving: Moving
    metrics: BookingMetrics
    changed: Callable[[], None]

    @property
    def rule(self) -> CancelRule:
        """Until when a citizen does it alone: as long as they may cancel."""
        return cancel_rule(self.deps.settings)

    async def move(
        self, appointment_id: str, slot_id: str, mover: Mover, *, citizen_id: str
    ) -> Appointment:
        """Take the new slot and let the old one go, or change nothing.

        Raises:
            AlreadyCancelledError, VisitBegunError, MoveTooLateError: see `check_movable`.
            RefusalError: see `Moving.move`.
        """

        def allowed(found: Appointment) -> None:
            check_movable(found, mover, self.rule, self.deps.now())

        async def work(tx: Transaction) -> Appointment:
            return await self.moving.move(
                tx, appointment_id, slot_id, mover, allowed, citizen_id=citizen_id
            )

        moved = await new_talon(lambda: self.deps.transactions.run(work))
        self.changed()
        self.metrics.moved.labels(mover.by).inc()
        return moved
