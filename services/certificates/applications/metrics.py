"""What certificates counts: applications by state and deadline, reviews, certificates, checks.

Counted after the commit, never inside a transaction, which may run twice. Labels name types, states
and verdicts, never a citizen, a doctor or a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.certificates.applications.domain.states import State
from services.certificates.registry.domain.certificate import Validity
from services.chassis.telemetry.metrics import Metrics


class Risk(StrEnum):
    """How an open application stands to its deadline."""

    CALM = "calm"
    NEAR = "near"
    LATE = "late"


class Reviewed(StrEnum):
    """What a doctor decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    DOCUMENTS_REQUESTED = "documents-requested"


NEAR_SHARE = 4
"""Near: less than a quarter of the whole time is left."""
NEAR_AT_MOST = timedelta(days=10)
"""Nothing further away than this can be near: a quarter of the longest term with its pauses."""
MISTYPED = "mistyped"


@dataclass(frozen=True)
class Standing:
    """How the applications stand at a moment."""

    states: dict[State, int]
    risks: dict[Risk, int]
    oldest_waiting_since: datetime | None


class CertificatesMetrics:
    """The metrics of certificates alone."""

    def __init__(self, metrics: Metrics, types: Iterable[str]) -> None:
        """Declare them beside those of the chassis; `types` are those of the catalogue."""
        kinds = sorted(types)
        self.applications = metrics.gauge(
            "applications", "Applications by state.", stored=True, state=State
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
        self.submitted = metrics.counter(
            "applications_submitted_total", "Applications handed in.", type=kinds
        )
        self.reviews = metrics.counter("reviews_total", "What doctors decided.", verdict=Reviewed)
        self.issued = metrics.counter(
            "certificates_issued_total", "Certificates issued (sealed and in force).", type=kinds
        )
        self.checks = metrics.counter(
            "certificate_checks_total",
            "Public checks of a certificate by number, and what they said.",
            outcome=(*Validity, MISTYPED),
        )

    def stand(self, standing: Standing, now: datetime) -> None:
        """Set the gauges."""
        for state in State:
            self.applications.labels(state).set(standing.states.get(state, 0))
        for risk in Risk:
            self.deadlines.labels(risk).set(standing.risks.get(risk, 0))
        since = standing.oldest_waiting_since
        self.queue_age.set(max(0.0, (now - since).total_seconds()) if since else 0)
