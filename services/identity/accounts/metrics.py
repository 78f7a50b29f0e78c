"""How many accounts there are."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.telemetry.metrics import Metrics
from services.identity.accounts.domain import CONFIRMED, REGISTERED


class AccountMetrics:
    """Set from the store every few seconds."""

    def __init__(self, metrics: Metrics) -> None:
        self.accounts = metrics.gauge(
            "accounts",
            "Accounts by level, at most 100,000 of each; those of staff are `registered`.",
            stored=True,
            level=(REGISTERED, CONFIRMED),
        )

    def counted(self, by_level: Mapping[str, int]) -> None:
        """Show what was counted."""
        for level, count in by_level.items():
            self.accounts.labels(level).set(count)
