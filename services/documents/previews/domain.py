"""A preview: ordered, rendered once, gone after a day. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.documents.previews.errors import (
    NoSuchPreviewError,
    NotPrintableError,
    NotRenderedYetError,
)
from services.documents.sealed.domain import Order

LASTING = timedelta(days=1)


@dataclass(frozen=True)
class Preview:
    """What one doctor may see. The order is forgotten as soon as its PDF is stored (C32)."""

    id: str
    doctor_id: str
    title: str
    order: Order | None
    expires_at: datetime
    sha256: str | None = None
    failure: str | None = None

    def rendered(self, sha256: str) -> Preview:
        """With its stored PDF."""
        return replace(self, sha256=sha256, order=None)

    def failed(self, reason: str) -> Preview:
        """It cannot be printed."""
        return replace(self, failure=reason, order=None)

    def content_for(self, doctor_id: str, now: datetime) -> str:
        """The hash of its PDF, for whose it is.

        Raises:
            NoSuchPreviewError: another doctor's, or its day is over.
            NotPrintableError: there will be none.
            NotRenderedYetError: there is none yet.
        """
        if doctor_id != self.doctor_id or now >= self.expires_at:
            raise NoSuchPreviewError
        if self.failure is not None:
            raise NotPrintableError(self.failure)
        if self.sha256 is None:
            raise NotRenderedYetError
        return self.sha256
