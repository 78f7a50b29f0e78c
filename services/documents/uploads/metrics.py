"""What uploads count: taken, refused and put off. Counted after the commit."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.foundation.errors import RefusalError
from services.chassis.telemetry.metrics import TRY_AGAIN, Metrics
from services.documents.uploads.domain.files import FileState

UNKNOWN_PURPOSE = "unknown"
TAKEN, REFUSED = "taken", "refused"
_OUTCOMES = {
    FileState.ACCEPTED: TAKEN,
    FileState.QUARANTINED: "quarantined",
    FileState.INFECTED: "infected",
}


class UploadMetrics:
    """Labels name purposes, never a file or its owner."""

    def __init__(self, metrics: Metrics, purposes: Iterable[str]) -> None:
        self._purposes = frozenset(purposes)
        self.uploads = metrics.counter(
            "uploads_total",
            "Uploads by purpose; whatever purpose is not known is `unknown`.",
            purpose=(*sorted(self._purposes), UNKNOWN_PURPOSE),
            outcome=(*_OUTCOMES.values(), REFUSED, TRY_AGAIN),
        )

    def taken(self, purpose: str, state: FileState) -> None:
        """Count an upload of this `purpose` (a label value) that came into this state.

        What leaves quarantine counts once more, as what it became.
        """
        self.uploads.labels(purpose, _OUTCOMES[state]).inc()

    def refused(self, purpose: str, refusal: RefusalError) -> None:
        """Count an upload of this `purpose` (a label value) that was not taken."""
        self.uploads.labels(purpose, TRY_AGAIN if refusal.passing else REFUSED).inc()

    def purpose(self, asked: str) -> str:
        """The purpose as a label value: anybody can write any word into the form."""
        return asked if asked in self._purposes else UNKNOWN_PURPOSE
