"""What talons say: domain → contract."""

from __future__ import annotations

from contracts import scheduling as contract
from services.scheduling.bookings.domain.appointment import Appointment


def issued(appointment: Appointment, document_id: str) -> contract.TalonIssued:
    """The sealed talon can be downloaded."""
    return contract.TalonIssued(
        appointment_id=appointment.id,
        talon_number=appointment.talon_number,
        citizen_id=appointment.citizen_id,
        document_id=document_id,
        visit=contract.Visit(**vars(appointment.visit)),
        pii=contract.PatientPii(full_name=appointment.patient_name),
    )
