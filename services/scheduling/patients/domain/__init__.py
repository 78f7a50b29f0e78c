"""Patients: what scheduling knows of a citizen, and whether they may take a time. Pure."""

from __future__ import annotations

from services.scheduling.patients.domain.held import Held, HoldRule, Holds
from services.scheduling.patients.domain.misses import Miss, MissRule
from services.scheduling.patients.domain.patients import (
    Engagement,
    Known,
    Papers,
    Patient,
    Tally,
    TemporaryPolicy,
    assent_of,
    check_policy,
    engaged,
    holding,
    may_book,
    shifted,
)

__all__ = [
    "Engagement",
    "Held",
    "HoldRule",
    "Holds",
    "Known",
    "Miss",
    "MissRule",
    "Papers",
    "Patient",
    "Tally",
    "TemporaryPolicy",
    "assent_of",
    "check_policy",
    "engaged",
    "holding",
    "may_book",
    "shifted",
]
