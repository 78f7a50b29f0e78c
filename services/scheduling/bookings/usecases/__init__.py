"""What can be done with appointments."""

from __future__ import annotations

from services.scheduling.bookings.usecases.booking import Bookings

__all__ = ["Bookings"]
