"""What the timetable counts: the slots that are left. Labels never name a doctor or a slot."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics

SLOT_STATES = ("free", "booked")


class TimetableMetrics:
    """Gauges of the timetable."""

    def __init__(self, metrics: Metrics) -> None:
        self.slots = metrics.gauge(
            "slots", "Slots of the timetable that have not begun.", stored=True, state=SLOT_STATES
        )
