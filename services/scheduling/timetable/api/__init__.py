"""The timetable over HTTP: open to everybody, there is nobody's data in it."""

from __future__ import annotations

from services.scheduling.timetable.api.routes import router

__all__ = ["router"]
