"""What bookings hear of the clinics' own systems."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.partners import AppointmentAccepted
from services.chassis.foundation.text import prose
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.bookings.usecases import Pending


@dataclass(frozen=True)
class _Consumers:
    pending: Pending

    async def appointment_accepted(self, incoming: Incoming[AppointmentAccepted]) -> None:
        data = incoming.data
        comment = prose(data.comment) if data.comment else None
        await self.pending.accepted(data.appointment_id, comment or None, cause=incoming.cause)


def handlers(pending: Pending) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(pending)
    return {AppointmentAccepted: consumers.appointment_accepted}
