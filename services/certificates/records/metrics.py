"""What is counted of records: answers by who gave them, and what they were good for."""

from __future__ import annotations

from enum import StrEnum

from services.certificates.records.domain.inquiries import Asked, Inquiry
from services.chassis.telemetry.metrics import Metrics


class Outcome(StrEnum):
    """What an answer was."""

    ENOUGH = "enough"
    DIFFERS = "differs"
    NOTHING = "nothing"


class RecordMetrics:
    """Labels name systems and outcomes, never a person."""

    def __init__(self, metrics: Metrics) -> None:
        """Declare it beside those of the chassis."""
        self.answers = metrics.counter(
            "record_answers_total",
            "Answers of hospitals and registers: enough to go on, differing, or with nothing.",
            asked=Asked,
            outcome=Outcome,
        )

    def count(self, inquiry: Inquiry) -> None:
        """An inquiry was answered."""
        answer = inquiry.answer
        if answer is None:
            return
        differs = Outcome.DIFFERS if answer.differences else Outcome.NOTHING
        self.answers.labels(inquiry.asked, Outcome.ENOUGH if answer.enough else differs).inc()
