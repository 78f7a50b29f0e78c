"""What doctors decided, counted after the commit."""

from __future__ import annotations

from collections.abc import Awaitable
from enum import StrEnum
from typing import TypeVar

from services.chassis.telemetry.metrics import Metrics

T = TypeVar("T")


class Verdict(StrEnum):
    """What a doctor decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    DOCUMENTS_REQUESTED = "documents-requested"
    EXEMPTION_REJECTED = "exemption-rejected"
    EXAMINED = "examined"
    RESULT_ATTACHED = "result-attached"


class ReviewMetrics:
    """One counter."""

    def __init__(self, metrics: Metrics) -> None:
        self.reviews = metrics.counter("reviews_total", "What doctors decided.", verdict=Verdict)

    async def decided(self, verdict: Verdict, doing: Awaitable[T]) -> T:
        """Count the verdict once it is committed."""
        done = await doing
        self.reviews.labels(verdict).inc()
        return done
