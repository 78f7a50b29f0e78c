"""What is heard of visits: booked, confirmed, moved, cancelled, attended or missed (A15, A16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.envelope import Data
from contracts.scheduling import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentStalled,
    TalonIssued,
    VisitStatus,
)
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.notifier.announcements.consumers.notices import notice_of
from services.notifier.announcements.domain import Notice, When
from services.notifier.announcements.usecases import PENDING, Announcements, Visits

TEMPLATE_OF: Mapping[type[Data], str] = {
    AppointmentBooked: "appointment-booked",
    AppointmentConfirmed: "appointment-confirmed",
    AppointmentStalled: "appointment-stalled",
    AppointmentMoved: "appointment-moved",
    AppointmentCancelled: "appointment-cancelled",
    AppointmentAttended: "appointment-attended",
    AppointmentMissed: "appointment-missed",
    TalonIssued: "appointment-booked",
}


def _notice(incoming: Incoming[Any], citizen_id: str, **more: Any) -> Notice:
    return notice_of(TEMPLATE_OF, incoming, citizen_id, sequence=incoming.event.seq, **more)


@dataclass(frozen=True)
class _Consumers:
    announcements: Announcements
    visits: Visits

    async def booked(self, incoming: Incoming[AppointmentBooked]) -> None:
        data = incoming.data
        notice = _notice(incoming, data.citizen_id, about=data.appointment_id)
        if data.status is VisitStatus.PENDING:
            await self.visits.visit_pending(
                replace(notice, template=PENDING),
                appointment_id=data.appointment_id,
                cause=incoming.cause,
            )
            return
        await self.stands(incoming)

    async def stands(self, incoming: Incoming[Any]) -> None:
        data: AppointmentBooked | AppointmentConfirmed = incoming.data
        await self.visits.visit_stands(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            visit=_when(data),
            seq=incoming.event.seq,
            cause=incoming.cause,
        )

    async def stalled(self, incoming: Incoming[AppointmentStalled]) -> None:
        """Of one that was confirmed or called off meanwhile nobody is told that it waits (A12)."""
        data = incoming.data
        await self.visits.visit_stalled(
            _notice(
                incoming,
                data.citizen_id,
                about=data.appointment_id,
                until=data.visit.starts_at,
            ),
            appointment_id=data.appointment_id,
            cause=incoming.cause,
        )

    async def talon_issued(self, incoming: Incoming[TalonIssued]) -> None:
        data = incoming.data
        await self.visits.talon_issued(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            cause=incoming.cause,
        )

    async def moved(self, incoming: Incoming[AppointmentMoved]) -> None:
        data = incoming.data
        await self.visits.visit_moved(
            _notice(incoming, data.citizen_id, about=data.appointment_id),
            appointment_id=data.appointment_id,
            visit=_when(data),
            seq=incoming.event.seq,
            pending=data.status is VisitStatus.PENDING,
            cause=incoming.cause,
        )

    async def over(self, incoming: Incoming[Any]) -> None:
        data: AppointmentCancelled | AppointmentAttended | AppointmentMissed = incoming.data
        await self.announcements.called_off(
            _notice(incoming, data.citizen_id),
            subject_id=data.appointment_id,
            cause=incoming.cause,
        )


def _when(data: AppointmentBooked | AppointmentConfirmed | AppointmentMoved) -> When:
    return When(data.visit.starts_at, data.visit.timezone)


def handlers(announcements: Announcements, visits: Visits) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(announcements, visits)
    return {
        AppointmentBooked: consumers.booked,
        AppointmentConfirmed: consumers.stands,
        AppointmentStalled: consumers.stalled,
        AppointmentMoved: consumers.moved,
        AppointmentCancelled: consumers.over,
        AppointmentAttended: consumers.over,
        AppointmentMissed: consumers.over,
        TalonIssued: consumers.talon_issued,
    }
