"""What a representation is, and what somebody must say to be a child's representative."""

from __future__ import annotations

from services.identity.representations.domain.claims import ClaimForm, claimed
from services.identity.representations.domain.people import may_ask, united
from services.identity.representations.domain.representation import (
    KIND_LABELS,
    STATE_LABELS,
    Entry,
    Kind,
    Offer,
    Party,
    Representation,
    Scope,
    State,
    Step,
)

__all__ = [
    "KIND_LABELS",
    "STATE_LABELS",
    "ClaimForm",
    "Entry",
    "Kind",
    "Offer",
    "Party",
    "Representation",
    "Scope",
    "State",
    "Step",
    "claimed",
    "may_ask",
    "united",
]
