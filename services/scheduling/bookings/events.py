"""Everything scheduling says: domain → contract."""

from __future__ import annotations

from contracts import scheduling as contract
from services.scheduling.bookings.domain import Appointment
from services.scheduling.patients.domain import (
    Visit,
)


def _visit(visit: Visit) -> contract.Visit:
    return contract.Visit(**vars(visit))


def booked(appointment: Appointment, check_url: str) -> contract.AppointmentBooked:
    """A slot became an appointment; `check_url` is where the talon's QR code leads."""
    return contract.AppointmentBooked(
        appointment_id=appointment.id,
        talon_number=appointment.talon_number,
        citizen_id=appointment.citizen_id,
        slot_id=appointment.slot_id,
        doctor_id=appointment.doctor_id,
        clinic_id=appointment.clinic_id,
        visit=_visit(appointment.visit),
        check_url=check_url,
        pii=contract.PatientPii(full_name=appointment.patient_name),
    )


def cancelled(appointment: Appointment) -> contract.AppointmentCancelled:
    """The appointment is off, by whom and why."""
    by, code = appointment.cancelled_by, appointment.cancel_code
    if by is None or code is None:
        message = f"appointment {appointment.id} is not cancelled"
        raise ValueError(message)
    return contract.AppointmentCancelled(
        appointment_id=appointment.id,
        talon_number=appointment.talon_number,
        citizen_id=appointment.citizen_id,
        slot_id=appointment.slot_id,
        doctor_id=appointment.doctor_id,
        clinic_id=appointment.clinic_id,
        visit=_visit(appointment.visit),
        cancelled_by=contract.CancelledBy(by.value),
        reason_code=code,
    )


def talon_issued(appointment: Appointment) -> contract.TalonIssued:
    """The sealed talon can be downloaded."""
    if appointment.document_id is None:
        message = f"appointment {appointment.id} has no sealed talon"
        raise ValueError(message)
    return contract.TalonIssued(
        appointment_id=appointment.id,
        talon_number=appointment.talon_number,
        citizen_id=appointment.citizen_id,
        document_id=appointment.document_id,
        visit=_visit(appointment.visit),
    )
