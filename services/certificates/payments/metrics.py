"""What became of money that was told of, counted after the commit."""

from __future__ import annotations

from enum import StrEnum

from services.certificates.bills.domain.bill import Bill
from services.chassis.telemetry.metrics import Metrics


class Outcome(StrEnum):
    """What a message of money came to."""

    COUNTED = "counted"
    RETURNED = "returned"
    NOTHING_NEW = "nothing-new"


class PaymentMetrics:
    """A counter, and a gauge of what a person has to look at."""

    def __init__(self, metrics: Metrics) -> None:
        self.payments = metrics.counter(
            "payments_total", "Payments that were told of, and what they came to.", outcome=Outcome
        )
        self.strange = metrics.gauge(
            "payments_strange",
            "Payments that the acquirer tells of and that fit no bill: a person has to look.",
            stored=True,
        )

    @staticmethod
    def outcome(before: Bill, after: Bill) -> Outcome:
        """What happened to a bill."""
        if after.paid is not None and before.paid is None:
            return Outcome.COUNTED
        more = len(after.payments) > len(before.payments)
        return Outcome.RETURNED if more else Outcome.NOTHING_NEW
