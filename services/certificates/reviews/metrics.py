"""What doctors decided, counted after the commit."""

from __future__ import annotations

from enum import StrEnum

from services.chassis.telemetry.metrics import Metrics


class Verdict(StrEnum):
    """What a doctor decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    DOCUMENTS_REQUESTED = "documents-requested"


class ReviewMetrics:
    """One counter."""

    def __init__(self, metrics: Metrics) -> None:
        self.reviews = metrics.counter("reviews_total", "What doctors decided.", verdict=Verdict)
