"""What bookings say: domain → contract."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts import scheduling as contract
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Cancelled,
    Canceller,
    Status,
)

_READ_AFTER = timedelta(days=3)
"""For so long after a visit its doctor may still read what was attached, to write it up."""


def booked(appointment: Appointment, check_url: str) -> contract.AppointmentBooked:
    """A slot became an appointment; `check_url` is where the talon's QR code leads."""
    return contract.AppointmentBooked(
        **_common(appointment),
        check_url=check_url,
        actor_id=appointment.history[0].actor_id,
        status=contract.VisitStatus(appointment.status.value),
        needs=tuple(need.value for need in appointment.needs),
        restores=appointment.restores,
        pii=contract.PatientPii(full_name=appointment.patient_name),
    )


def confirmed(appointment: Appointment, check_url: str) -> contract.AppointmentConfirmed:
    """A pending appointment has all that it needs."""
    return contract.AppointmentConfirmed(
        **_common(appointment),
        check_url=check_url,
        pii=contract.PatientPii(full_name=appointment.patient_name),
    )


def stalled(appointment: Appointment, hotline: str) -> contract.AppointmentStalled:
    """A pending appointment has not changed for too long."""
    return contract.AppointmentStalled(
        appointment_id=appointment.id,
        citizen_id=appointment.citizen_id,
        clinic_id=appointment.clinic_id,
        visit=contract.Visit(**vars(appointment.visit)),
        needs=tuple(need.value for need in appointment.needs),
        hotline=hotline,
    )


def files_shared(appointment: Appointment) -> contract.AppointmentFilesShared:
    """Which files the clinic may read: those of a visit that is not off, until some days after."""
    stands = appointment.status is not Status.CANCELLED
    return contract.AppointmentFilesShared(
        appointment_id=appointment.id,
        citizen_id=appointment.citizen_id,
        clinic_id=appointment.clinic_id,
        file_ids=appointment.details.files if stands else (),
        until=appointment.visit.ends_at + _READ_AFTER,
    )


def of_files(appointment: Appointment) -> tuple[contract.AppointmentFilesShared, ...]:
    """The same, where there are files at all."""
    return (files_shared(appointment),) if appointment.details.files else ()


def moved(
    before: Appointment,
    after: Appointment,
    *,
    by: Canceller,
    code: str,
    check_url: str,
    actor_id: str | None = None,
) -> contract.AppointmentMoved:
    """The appointment is in another slot; `check_url` is where the new talon's QR code leads."""
    return contract.AppointmentMoved(
        **_common(after),
        former_talon_number=before.talon_number,
        former_visit=contract.Visit(**vars(before.visit)),
        moved_by=contract.CancelledBy(by.value),
        reason_code=code,
        check_url=check_url,
        actor_id=actor_id,
        status=contract.VisitStatus(after.status.value),
        needs=tuple(need.value for need in after.needs),
        pii=contract.PatientPii(full_name=after.patient_name),
    )


def attended(appointment: Appointment) -> contract.AppointmentAttended:
    """The visit took place."""
    return contract.AppointmentAttended(**_over(appointment))


def missed(
    appointment: Appointment, misses: int, limited_until: datetime | None
) -> contract.AppointmentMissed:
    """Nobody came; `misses` is how many of late, with this one."""
    return contract.AppointmentMissed(
        **_over(appointment), misses=misses, limited_until=limited_until
    )


def cancelled(appointment: Appointment, how: Cancelled) -> contract.AppointmentCancelled:
    """The appointment is off, by whom and why."""
    return contract.AppointmentCancelled(
        **_common(appointment),
        cancelled_by=contract.CancelledBy(how.by.value),
        reason_code=how.code,
        actor_id=how.actor_id,
    )


def _over(appointment: Appointment) -> dict[str, Any]:
    return {
        "appointment_id": appointment.id,
        "citizen_id": appointment.citizen_id,
        "doctor_id": appointment.doctor_id,
        "clinic_id": appointment.clinic_id,
        "visit": contract.Visit(**vars(appointment.visit)),
        "application_id": appointment.application_id,
    }


def _common(appointment: Appointment) -> dict[str, Any]:
    return {
        "appointment_id": appointment.id,
        "talon_number": appointment.talon_number,
        "citizen_id": appointment.citizen_id,
        "slot_id": appointment.slot_id,
        "doctor_id": appointment.doctor_id,
        "clinic_id": appointment.clinic_id,
        "visit": contract.Visit(**vars(appointment.visit)),
        "application_id": appointment.application_id,
    }
