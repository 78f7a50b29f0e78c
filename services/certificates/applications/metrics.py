"""What is counted of applications: by state and deadline, and how many were handed in.

Counted after the commit, never inside a transaction, which may run twice. Labels name types and
states, never a citizen or a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.certificates.applications.domain.deadlines import ApplicationCounts, Risk
from services.certificates.applications.domain.states import State
from services.certificates.catalogue.metrics import TypeLabels
from services.chassis.telemetry.metrics import Metrics


class ApplicationMetrics:
    """The gauges of what is open, and the counter of submissions."""

    def __init__(self, metrics: Metrics, types: Iterable[str]) -> None:
        """Declare them beside those of the chassis; `types` are those of the software."""
        self._types = TypeLabels(types)
        self.applications = metrics.gauge(
            "applications",
            "Applications by state; 100,000 stands for as many or more.",
            stored=True,
            state=State,
        )
        self.deadlines = metrics.gauge(
            "applications_deadline",
            "Open applications by what is left of their time (near: less than a quarter).",
            stored=True,
            risk=Risk,
        )
        self.queue_age = metrics.gauge(
            "review_queue_oldest_seconds",
            "How long ago the oldest application in the queue was handed in; 0 when it is empty.",
            stored=True,
        )
        self.late_age = metrics.gauge(
            "applications_oldest_late_seconds",
            "How long ago the oldest missed deadline was; 0 when nothing is late.",
            stored=True,
        )
        self._submitted = metrics.counter(
            "applications_submitted_total", "Applications handed in.", type=self._types.values
        )

    def count_submitted(self, type_code: str) -> None:
        """One more was handed in."""
        self._submitted.labels(self._types.of(type_code)).inc()

    def set(self, counts: ApplicationCounts, now: datetime) -> None:
        """Set the gauges."""
        for state in State:
            self.applications.labels(state).set(counts.states.get(state, 0))
        for risk in Risk:
            self.deadlines.labels(risk).set(counts.risks.get(risk, 0))
        since = counts.oldest_waiting_since
        self.queue_age.set(max(0.0, (now - since).total_seconds()) if since else 0)
        late = counts.late_since
        self.late_age.set(max(0.0, (now - late).total_seconds()) if late else 0)
