"""The timetable over HTTP: open to everybody, there is nobody's data in it."""

from __future__ import annotations

from services.scheduling.timetable.api.alternatives import router as alternatives
from services.scheduling.timetable.api.cards import router as cards
from services.scheduling.timetable.api.recent import RecentAnswers
from services.scheduling.timetable.api.routes import router

__all__ = ["RecentAnswers", "alternatives", "cards", "router"]
