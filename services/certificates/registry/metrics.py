"""What is counted of certificates: issued ones, and public checks by what they said."""

from __future__ import annotations

from collections.abc import Iterable

from services.certificates.catalogue.metrics import TypeLabels
from services.certificates.registry.domain.certificate import Validity
from services.chassis.telemetry.metrics import Metrics

MISTYPED = "mistyped"


class RegistryMetrics:
    """Labels name types and outcomes, never a number."""

    def __init__(self, metrics: Metrics, types: Iterable[str]) -> None:
        """Declare them beside those of the chassis; `types` are those of the software."""
        self._types = TypeLabels(types)
        self._issued = metrics.counter(
            "certificates_issued_total",
            "Certificates issued (sealed and in force).",
            type=self._types.values,
        )
        self.checks = metrics.counter(
            "certificate_checks_total",
            "Public checks of a certificate by number, and what they said.",
            outcome=(*Validity, MISTYPED),
        )

    def count_issued(self, type_code: str) -> None:
        """One more is in force."""
        self._issued.labels(self._types.of(type_code)).inc()
