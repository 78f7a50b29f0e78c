"""What documents counts: uploads taken, refused and put off, what is sealed, and what will end.

Counted after the commit, never inside a transaction, which may run twice. Labels name purposes and
kinds, never a file or its owner.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.chassis.foundation.errors import RefusalError
from services.chassis.telemetry.metrics import TRY_AGAIN, Bound, Metrics
from services.documents.sealed.domain import Ends, Kind, State

UNKNOWN_PURPOSE = "unknown"
TAKEN, REFUSED = "taken", "refused"
HOLDERS = ("doctor", "organisation", "timestamps", "issuing", "root")
AUTHORITIES = ("issuing", "root")


class DocumentsMetrics:
    """The metrics of documents alone."""

    def __init__(self, metrics: Metrics, purposes: Iterable[str]) -> None:
        """Declare them beside those of the chassis; `purposes` are those of the settings."""
        self._purposes = frozenset(purposes)
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
        self.uploads = metrics.counter(
            "uploads_total",
            "Uploads by purpose; whatever purpose is not known is `unknown`.",
            purpose=(*sorted(self._purposes), UNKNOWN_PURPOSE),
            outcome=(TAKEN, REFUSED, TRY_AGAIN),
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

    def refused(self, purpose: str, refusal: RefusalError) -> None:
        """Count an upload of this `purpose` (a label value) that was not taken."""
        self.uploads.labels(purpose, TRY_AGAIN if refusal.passing else REFUSED).inc()

    def purpose(self, asked: str) -> str:
        """The purpose as a label value: anybody can write any word into the form."""
        return asked if asked in self._purposes else UNKNOWN_PURPOSE
