"""What scheduling says of visits to the clinics' own systems alone: all to enter them by.

It stands beside the events of `scheduling`, which several read and which name no papers (A36).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, EncryptedPii, Pii, Text
from contracts.scheduling import Visit


class VisitChange(StrEnum):
    """What happened to the visit."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"


class VisitPatientPii(Pii):
    """Who comes, and what they say of the visit; numbers are digits.

    Of a visit that is off only the name is told: the clinic has the rest. `policy` is the number
    that counts on the day of the visit, which may be a temporary one; `insurance` is a programme
    that the patient named, and nobody checked.
    """

    full_name: str
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    snils: str | None = None
    policy: str | None = None
    phone: str | None = None
    email: str | None = None
    registration_address: str | None = None
    visit_reason: str | None = None
    symptoms: Text | None = None
    medicines: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    referral_id: str | None = None
    insurance: str | None = None


class VisitReported(Data):
    """A visit was booked, confirmed, moved or cancelled, with all that its clinic needs (A36).

    While something is in `needs`, the visit is pending: it does not stand yet. `former_clinic_id`
    is the clinic that it left, where it moved to another one.
    """

    TYPE: ClassVar[str] = "scheduling.visit-reported.v1"
    PLAIN: ClassVar[type[Pii]] = VisitPatientPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("appointment_id",)
    appointment_id: str
    change: VisitChange
    needs: tuple[str, ...] = ()
    slot_id: str
    doctor_id: str
    clinic_id: str
    former_clinic_id: str | None = None
    talon_number: str
    visit: Visit
    pii: EncryptedPii
