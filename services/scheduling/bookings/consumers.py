"""What bookings hear of the clinics' own systems."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.partners import AppointmentAccepted, AttendanceReported, VisitCommented
from services.chassis.foundation.text import prose
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.scheduling.bookings.usecases import Pending, Reports


@dataclass(frozen=True)
class _Consumers:
    pending: Pending
    reports: Reports

    async def appointment_accepted(self, incoming: Incoming[AppointmentAccepted]) -> None:
        data = incoming.data
        comment = prose(data.comment) if data.comment else None
        await self.pending.accepted(
            data.appointment_id,
            comment or None,
            cause=incoming.cause,
            talon_number=data.talon_number,
        )

    async def attendance_reported(self, incoming: Incoming[AttendanceReported]) -> None:
        data = incoming.data
        comment = prose(data.comment) if data.comment else None
        await self.reports.attendance(
            data.appointment_id,
            comment or None,
            attended=data.attended,
            cause=incoming.cause,
            talon_number=data.talon_number,
        )

    async def visit_commented(self, incoming: Incoming[VisitCommented]) -> None:
        data = incoming.data
        await self.reports.comment(
            data.appointment_id,
            prose(data.comment),
            cause=incoming.cause,
            talon_number=data.talon_number,
        )


def handlers(pending: Pending, reports: Reports) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(pending, reports)
    return {
        AppointmentAccepted: consumers.appointment_accepted,
        AttendanceReported: consumers.attendance_reported,
        VisitCommented: consumers.visit_commented,
    }
