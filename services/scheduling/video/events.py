"""What is told of video visits: domain → contract."""

from __future__ import annotations

from contracts import scheduling as contract
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.video.domain import Order


def booked(order: Order, appointment: Appointment) -> contract.VideoVisitBooked:
    """It has a time and a doctor, or another one than before."""
    return contract.VideoVisitBooked(
        application_id=order.id,
        citizen_id=order.citizen_id,
        visit_id=appointment.id,
        doctor_id=appointment.doctor_id,
        clinic_id=appointment.clinic_id,
        starts_at=appointment.visit.starts_at,
        ends_at=appointment.visit.ends_at,
    )


def cancelled(order: Order, appointment: Appointment) -> contract.VideoVisitCancelled:
    """It is off; another one is looked for, unless the order ended."""
    return contract.VideoVisitCancelled(
        application_id=order.id,
        citizen_id=order.citizen_id,
        visit_id=appointment.id,
    )


def awaited(order: Order) -> contract.VideoVisitAwaited:
    """There is no time for it yet."""
    return contract.VideoVisitAwaited(
        application_id=order.id,
        citizen_id=order.citizen_id,
        clinic_id=order.clinic_id,
        specialties=order.specialties,
    )
