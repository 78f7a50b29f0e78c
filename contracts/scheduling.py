"""What scheduling says: appointments booked and cancelled, talons issued."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, Moment, Part, Pii


class CancelledBy(StrEnum):
    """Who cancelled an appointment."""

    CITIZEN = "citizen"
    SUPPORT = "support"
    CLINIC = "clinic"


class Visit(Part):
    """When and where: everything a talon prints but the patient (A7)."""

    doctor_name: str
    specialty: str
    starts_at: Moment
    ends_at: Moment
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str


class PatientPii(Pii):
    """Who comes."""

    full_name: str


class AppointmentBooked(Data):
    """A slot became an appointment; the clinic's registry hears it here (A36)."""

    TYPE: ClassVar[str] = "scheduling.appointment-booked.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    check_url: str
    pii: PatientPii


class AppointmentCancelled(Data):
    """An appointment is off and its slot is free again; its talon is void (A9)."""

    TYPE: ClassVar[str] = "scheduling.appointment-cancelled.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    cancelled_by: CancelledBy
    reason_code: str


class TalonIssued(Data):
    """The sealed talon with its QR code can be downloaded (A6)."""

    TYPE: ClassVar[str] = "scheduling.talon-issued.v1"
    appointment_id: str
    talon_number: str
    citizen_id: str
    document_id: str
    visit: Visit
