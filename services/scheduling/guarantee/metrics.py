"""What the watch counts: promises that are not kept. Labels never name a clinic."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics
from services.scheduling.guarantee.domain import Guarantee


class GuaranteeMetrics:
    """A gauge by promise."""

    def __init__(self, metrics: Metrics) -> None:
        self.missed = metrics.gauge(
            "guarantees_missed",
            "Specialties of clinics without time within the state's limit, of today or yesterday.",
            stored=True,
            guarantee=tuple(Guarantee),
        )
