"""What is counted of missed deadlines."""

from __future__ import annotations

from collections.abc import Iterable

from services.certificates.applications.domain.parts import Step
from services.certificates.catalogue.metrics import TypeLabels
from services.chassis.telemetry.metrics import Metrics


class DeadlineMetrics:
    """Counted after the commit. Labels name types and steps, never a citizen or a number."""

    def __init__(self, metrics: Metrics, types: Iterable[str]) -> None:
        """Declare them beside those of the chassis; `types` are those of the software."""
        self._types = TypeLabels(types)
        self._missed = metrics.counter(
            "deadlines_missed_total", "Deadlines that passed undecided.", type=self._types.values
        )
        self.escalations = metrics.counter(
            "escalations_total", "Steps taken after missed deadlines (e14).", step=Step
        )

    def count_missed(self, type_code: str) -> None:
        """One more passed."""
        self._missed.labels(self._types.of(type_code)).inc()
