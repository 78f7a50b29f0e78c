"""What documents counts: uploads taken, refused and put off, what is sealed and how long it takes.

Counted after the commit, never inside a transaction, which may run twice. Labels name purposes and
kinds, never a file or its owner.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.errors import RefusalError
from services.chassis.metrics import TRY_AGAIN, Metrics
from services.documents.domain import Kind, State

UNKNOWN_PURPOSE = "unknown"
TAKEN, REFUSED = "taken", "refused"


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
        self.uploads = metrics.counter(
            "uploads_total",
            "Uploads by purpose; whatever purpose is not known is `unknown`.",
            purpose=(*sorted(self._purposes), UNKNOWN_PURPOSE),
            outcome=(TAKEN, REFUSED, TRY_AGAIN),
        )

    def refused(self, purpose: str, refusal: RefusalError) -> None:
        """Count an upload of this `purpose` (a label value) that was not taken."""
        self.uploads.labels(purpose, TRY_AGAIN if refusal.passing else REFUSED).inc()

    def purpose(self, asked: str) -> str:
        """The purpose as a label value: anybody can write any word into the form."""
        return asked if asked in self._purposes else UNKNOWN_PURPOSE
