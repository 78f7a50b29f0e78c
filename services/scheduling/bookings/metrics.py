"""What booking counts: attempts by outcome, cancellations and moves.

Counted after the commit, never inside a transaction, which may run twice. Labels name outcomes,
never a citizen, a doctor or a slot.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.foundation.errors import RefusalError
from services.chassis.telemetry.metrics import TRY_AGAIN, Metrics
from services.scheduling.bookings.domain.appointment import Canceller
from services.scheduling.timetable.errors import SlotTakenError

BOOKED = "booked"
BOOKING_REFUSALS: Mapping[type[Exception], str] = {
    SlotTakenError: "slot-taken",
    RefusalError: "refused",
}


class BookingMetrics:
    """Counters of bookings."""

    def __init__(self, metrics: Metrics) -> None:
        self.bookings = metrics.counter(
            "bookings_total",
            "Attempts to book: won, lost to somebody else, refused for another reason, put off.",
            outcome=(BOOKED, *BOOKING_REFUSALS.values(), TRY_AGAIN),
        )
        self.cancelled = metrics.counter(
            "appointments_cancelled_total", "Appointments cancelled, by whom.", by=Canceller
        )
        self.moved = metrics.counter(
            "appointments_moved_total", "Appointments moved to another slot, by whom.", by=Canceller
        )
