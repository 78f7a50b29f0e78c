"""What can be done with appointments."""

from __future__ import annotations

from services.scheduling.bookings.usecases.booking import Bookings
from services.scheduling.bookings.usecases.moving import Rescheduling
from services.scheduling.bookings.usecases.own import OwnBookings
from services.scheduling.bookings.usecases.pending import Pending
from services.scheduling.bookings.usecases.reporting import Reports

__all__ = ["Bookings", "OwnBookings", "Pending", "Reports", "Rescheduling"]
