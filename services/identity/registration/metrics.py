"""How many registrations begin, and how many end."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics


class RegistrationMetrics:
    """Counted after the commit."""

    def __init__(self, metrics: Metrics) -> None:
        self.registrations = metrics.counter(
            "registrations_total", "Registrations begun and ended.", outcome=("started", "done")
        )
