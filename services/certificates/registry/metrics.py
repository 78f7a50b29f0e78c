"""What is counted of certificates: issued ones, and public checks by what they said."""

from __future__ import annotations

from collections.abc import Iterable

from services.certificates.registry.domain.certificate import Validity
from services.chassis.telemetry.metrics import Metrics

MISTYPED = "mistyped"


class RegistryMetrics:
    """Labels name types and outcomes, never a number."""

    def __init__(self, metrics: Metrics, types: Iterable[str]) -> None:
        """Declare them beside those of the chassis; `types` are those of the catalogue."""
        self.issued = metrics.counter(
            "certificates_issued_total",
            "Certificates issued (sealed and in force).",
            type=sorted(types),
        )
        self.checks = metrics.counter(
            "certificate_checks_total",
            "Public checks of a certificate by number, and what they said.",
            outcome=(*Validity, MISTYPED),
        )
