"""What a clinic is, what its form must be, and how it closes."""

from __future__ import annotations

from services.identity.clinics.domain.clinic import (
    Clinic,
    Closure,
    Details,
    Emergency,
    Hours,
    Permit,
    Place,
    Room,
    closed,
    reopened,
)
from services.identity.clinics.domain.form import (
    ClinicForm,
    EmergencyForm,
    HoursForm,
    PermitForm,
    RoomForm,
    checked,
    office_number,
    rooms_of,
)

__all__ = [
    "Clinic",
    "ClinicForm",
    "Closure",
    "Details",
    "Emergency",
    "EmergencyForm",
    "Hours",
    "HoursForm",
    "Permit",
    "PermitForm",
    "Place",
    "Room",
    "RoomForm",
    "checked",
    "closed",
    "office_number",
    "reopened",
    "rooms_of",
]
