"""Appointments over HTTP: a citizen's own, and the support desk's way to cancel one."""

from __future__ import annotations

from services.scheduling.bookings.api.routes import router

__all__ = ["router"]
