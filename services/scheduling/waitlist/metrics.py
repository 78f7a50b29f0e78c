"""What the waitlist counts: who waits, and who has an offer. What became of offers, events tell."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics
from services.scheduling.waitlist.domain import State


class WaitlistMetrics:
    """Gauges of the waitlist."""

    def __init__(self, metrics: Metrics) -> None:
        self.waits = metrics.gauge(
            "waits",
            "Places in the waitlist that wait for time, and those with a slot offered.",
            stored=True,
            state=(State.WAITING.value, State.OFFERED.value),
        )
