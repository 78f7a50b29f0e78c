"""What bookings say: to everybody concerned, and to the clinic's own system alone."""

from __future__ import annotations

from services.scheduling.bookings.events.clinics import Change, ClinicEvents
from services.scheduling.bookings.events.told import (
    attended,
    booked,
    cancelled,
    confirmed,
    files_shared,
    missed,
    moved,
    of_files,
    stalled,
)

__all__ = [
    "Change",
    "ClinicEvents",
    "attended",
    "booked",
    "cancelled",
    "confirmed",
    "files_shared",
    "missed",
    "moved",
    "of_files",
    "stalled",
]
