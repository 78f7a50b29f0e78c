"""What is counted of requests: those that go on, and those that nobody answered in time."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics
from services.scheduling.requests.domain import State


class RequestMetrics:
    """Gauges of requests."""

    def __init__(self, metrics: Metrics) -> None:
        self.requests = metrics.gauge(
            "doctor_requests",
            "Requests for a doctor that wait for a desk, and those whose citizen has time held.",
            stored=True,
            state=(State.OPEN.value, State.OFFERED.value),
        )
        self.overdue = metrics.gauge(
            "doctor_requests_overdue",
            "Requests for a doctor that a desk should have answered by now.",
            stored=True,
        )
