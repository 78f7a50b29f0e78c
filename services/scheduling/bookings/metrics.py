"""What scheduling counts: bookings, cancellations, and the slots that are left.

Counted after the commit, never inside a transaction, which may run twice. Labels name outcomes,
never a citizen, a doctor or a slot. There are no holds and no waitlist yet, hence none of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.foundation.errors import RefusalError
from services.chassis.telemetry.metrics import TRY_AGAIN, Metrics
from services.scheduling.bookings.domain import Canceller
from services.scheduling.bookings.errors import SlotTakenError

BOOKED = "booked"
BOOKING_REFUSALS: Mapping[type[Exception], str] = {
    SlotTakenError: "slot-taken",
    RefusalError: "refused",
}
SLOT_STATES = ("free", "booked")


class SchedulingMetrics:
    """The metrics of scheduling alone."""

    def __init__(self, metrics: Metrics) -> None:
        """Declare them beside those of the chassis."""
        self.bookings = metrics.counter(
            "bookings_total",
            "Attempts to book: won, lost to somebody else, refused for another reason, put off.",
            outcome=(BOOKED, *BOOKING_REFUSALS.values(), TRY_AGAIN),
        )
        self.cancelled = metrics.counter(
            "appointments_cancelled_total", "Appointments cancelled, by whom.", by=Canceller
        )
        self.slots = metrics.gauge(
            "slots", "Slots of the timetable that have not begun.", stored=True, state=SLOT_STATES
        )
