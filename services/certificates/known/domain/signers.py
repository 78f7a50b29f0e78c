"""Who can sign: doctors and the clinics that seal, as documents says (K5, C30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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

    def signs(self, now: datetime) -> bool:
        """Whether they can at this moment."""
        return self.active and now < self.valid_until


def signer_of(holder: Holder, holder_id: str) -> str:
    """The id of the one signer of a doctor (an account) or a clinic."""
    return f"{holder}/{holder_id}"
