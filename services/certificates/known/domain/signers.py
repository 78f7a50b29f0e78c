"""Who can sign: doctors and the clinics that seal, as documents says (K5, C30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum


class Holder(StrEnum):
    """Whose key it is."""

    DOCTOR = "doctor"
    CLINIC = "organisation"


@dataclass(frozen=True)
class Signer:
    """Whether a doctor or a clinic can sign, and until when; `id` is `signer_of` both."""

    id: str
    active: bool
    valid_until: datetime

    def signs(self, now: datetime, *, until: date) -> bool:
        """Whether they can at this moment sign what counts until the end of that day.

        A certificate may not end before what it signs (C30): nothing would be sealed with it.
        """
        end = datetime.combine(until + timedelta(days=1), time(), UTC)
        return self.active and now < self.valid_until and end <= self.valid_until


def signer_of(holder: Holder, holder_id: str) -> str:
    """The id of the one signer of a doctor (an account) or a clinic."""
    return f"{holder}/{holder_id}"
