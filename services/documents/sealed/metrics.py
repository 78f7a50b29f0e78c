"""What sealed documents count: made and given up, how long they wait, and what will end.

Counted after the commit, never inside a transaction, which may run twice. Labels name kinds, never
a document or its owner.
"""

from __future__ import annotations

from datetime import datetime

from services.chassis.telemetry.metrics import Bound, Metrics
from services.documents.sealed.domain import Ends, Kind, State

HOLDERS = ("doctor", "organisation", "timestamps", "issuing", "root")
AUTHORITIES = ("issuing", "root")


class SealingMetrics:
    """The metrics of sealing."""

    def __init__(self, metrics: Metrics) -> None:
        self.sealed = metrics.counter(
            "documents_sealed_total",
            "Documents sealed, or given up for good.",
            kind=Kind,
            outcome=(State.SEALED, State.FAILED),
        )
        self.sealing_seconds = metrics.histogram(
            "document_sealing_duration_seconds",
            "Time to make, sign, time-stamp and store one document.",
            kind=Kind,
        )
        self.waiting = metrics.gauge(
            "documents_waiting_oldest_seconds",
            "How long the oldest document that is to be sealed has waited; 0: none waits.",
            stored=True,
        )
        self.certificates = metrics.gauge(
            "signing_certificate_remaining_seconds",
            "Until the first certificate of such a holder ends; below 0: it has ended.",
            holder=Bound(
                "who has a certificate in a signature; `timestamps` is known from the first stamp",
                HOLDERS,
            ),
        )
        self.lists = metrics.gauge(
            "revocation_list_remaining_seconds",
            "Until the newest revocation list that can be believed ends; 0: there is none.",
            authority=Bound("the authorities in a chain", AUTHORITIES),
        )

    def stand(self, oldest: datetime | None, now: datetime) -> None:
        """Set how long documents wait; `oldest` is since when."""
        self.waiting.set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)

    def will_end(self, ends: Ends, now: datetime) -> None:
        """Set what is left of certificates and lists."""
        for holder, end in ends.certificates.items():
            self.certificates.labels(holder).set((end - now).total_seconds())
        for authority, until in ends.lists.items():
            left = (until - now).total_seconds() if until else 0
            self.lists.labels(authority).set(max(0.0, left))
