"""What anybody may ask of the timetable."""

from __future__ import annotations

from services.scheduling.timetable.usecases.holding import Holding
from services.scheduling.timetable.usecases.looking import Timetable
from services.scheduling.timetable.usecases.search import Search

__all__ = ["Holding", "Search", "Timetable"]
