"""What the timetable counts: the slots that are left. Labels never name a doctor or a slot."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics

SLOT_STATES = ("free", "booked")


class TimetableMetrics:
    """Gauges of the timetable."""

    def __init__(self, metrics: Metrics) -> None:
        self.slots = metrics.gauge(
            "slots",
            "Of the next 100,000 slots of the timetable, how many are free and how many booked.",
            stored=True,
            state=SLOT_STATES,
        )
