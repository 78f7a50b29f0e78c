"""What staff do for a person: find exactly, correct by papers, stand in for a missing policy."""

from __future__ import annotations

from services.identity.people.domain.correction import CorrectionForm, corrected
from services.identity.people.domain.policy import PolicyForm, insured
from services.identity.people.domain.search import Search, Wanted, wanted

__all__ = [
    "CorrectionForm",
    "PolicyForm",
    "Search",
    "Wanted",
    "corrected",
    "insured",
    "wanted",
]
