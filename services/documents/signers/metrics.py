"""What signers count. Labels name kinds, never a person."""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics
from services.documents.signers.domain.signer import WARNED_BEFORE


class SignerMetrics:
    """The metrics of signers."""

    def __init__(self, metrics: Metrics) -> None:
        self.warned = metrics.counter(
            "signer_expiry_warnings_total",
            "Warnings that a signing certificate ends, by how many days before.",
            before=tuple(str(days) for days in WARNED_BEFORE),
        )
