"""Appointments over HTTP: a citizen's own, the rules of booking, cancelling at the desk."""

from __future__ import annotations

from services.scheduling.bookings.api.own import router as own
from services.scheduling.bookings.api.routes import router
from services.scheduling.bookings.api.rules import router as rules

__all__ = ["own", "router", "rules"]
