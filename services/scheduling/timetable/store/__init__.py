"""What the timetable remembers: slots, and the clinics, doctors and closed days they come from."""

from __future__ import annotations

from services.scheduling.timetable.store import reference, slot_queries
from services.scheduling.timetable.store.reference import Reference
from services.scheduling.timetable.store.slot_queries import SlotQuery
from services.scheduling.timetable.store.slots import Slots

INDEXES = {**slot_queries.INDEXES, **reference.INDEXES}

__all__ = [
    "INDEXES",
    "Reference",
    "SlotQuery",
    "Slots",
]
