"""What triage counts: how often it stopped somebody, and for which sign. Never whom."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics
from services.scheduling.triage.domain import RedFlag


class TriageMetrics:
    """Counters of red flags."""

    def __init__(self, metrics: Metrics) -> None:
        self.flags = metrics.counter(
            "red_flags_total",
            "Red flags with which somebody was sent to 103, by sign.",
            flag=tuple(RedFlag),
        )
