"""What is counted of bills: how they stand, and how long money has been on its way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.certificates.bills.domain.bill import BillState
from services.chassis.telemetry.metrics import Metrics


class BillMetrics:
    """Two gauges."""

    def __init__(self, metrics: Metrics) -> None:
        self.bills = metrics.gauge(
            "bills",
            "Bills by state; 100,000 stands for as many or more.",
            stored=True,
            state=BillState,
        )
        self.refunds = metrics.gauge(
            "refund_oldest_seconds",
            "How long ago the oldest refund was asked for that is not back yet; 0 without any.",
            stored=True,
        )

    def set(
        self, counts: Mapping[BillState, int], refunding_since: datetime | None, now: datetime
    ) -> None:
        """Set them."""
        for state in BillState:
            self.bills.labels(state).set(counts.get(state, 0))
        waits = (now - refunding_since).total_seconds() if refunding_since else 0
        self.refunds.set(max(0.0, waits))
