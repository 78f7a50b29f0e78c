"""What is counted of certificates without a doctor: how their checks end."""

from __future__ import annotations

from services.certificates.automatic.domain import Verdict
from services.chassis.telemetry.metrics import Metrics


class AutomaticMetrics:
    """Counted after the commit."""

    def __init__(self, metrics: Metrics) -> None:
        """Declare it beside those of the chassis."""
        self.checks = metrics.counter(
            "automatic_checks_total",
            "Checks of applications that need no doctor: issued, or left to doctor or citizen.",
            verdict=Verdict,
        )
