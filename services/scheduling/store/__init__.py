"""What scheduling remembers: slots, appointments, patients, clinics, doctors, closed days.

Domain objects go in and come out; nothing is decided here.
"""

from __future__ import annotations

from services.chassis.database.client import Database
from services.scheduling.bookings import store as appointments
from services.scheduling.bookings.store import Appointments
from services.scheduling.patients import store as patients
from services.scheduling.patients.store import Patients
from services.scheduling.timetable.store import reference, slots
from services.scheduling.timetable.store.conflicts import ContendedError
from services.scheduling.timetable.store.reference import Reference
from services.scheduling.timetable.store.slots import SlotQuery, Slots

INDEXES = {**slots.INDEXES, **appointments.INDEXES, **patients.INDEXES, **reference.INDEXES}

__all__ = ["INDEXES", "ContendedError", "SlotQuery", "Store"]


class Store:
    """The collections of one scheduling database."""

    def __init__(self, db: Database) -> None:
        """Open them; indexes are made at start from `INDEXES`."""
        self.slots = Slots(db)
        self.appointments = Appointments(db)
        self.patients = Patients(db)
        self.reference = Reference(db)
