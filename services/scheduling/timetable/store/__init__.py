"""What the timetable remembers: slots, and what clinics say of their days."""

from __future__ import annotations

from services.scheduling.timetable.store import closed_days, slot_queries
from services.scheduling.timetable.store.closed_days import ClosedDays
from services.scheduling.timetable.store.slot_queries import SlotQuery
from services.scheduling.timetable.store.slots import Slots

INDEXES = {**slot_queries.INDEXES, **closed_days.INDEXES}

__all__ = [
    "INDEXES",
    "ClosedDays",
    "SlotQuery",
    "Slots",
]
