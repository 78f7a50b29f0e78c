"""How the open applications stand to their deadlines: a rule, and what is counted by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.certificates.applications.domain.states import State

NEAR_SHARE = 4
"""Near: less than a quarter of the whole time is left."""
NEAR_AT_MOST = timedelta(days=10)
"""Nothing further away than this can be near: a quarter of the longest term with its pauses."""
RUNNING = (
    State.AWAITING_VISIT,
    State.CHECKING,
    State.SUBMITTED,
    State.IN_REVIEW,
    State.APPROVED,
)
"""The clock runs; while the citizen has to do something it is paused (`clocks.PAUSING`)."""


class Risk(StrEnum):
    """How an open application stands to its deadline."""

    CALM = "calm"
    NEAR = "near"
    LATE = "late"


@dataclass(frozen=True)
class ApplicationCounts:
    """How many applications there are at a moment, by state and by deadline."""

    states: dict[State, int]
    risks: dict[Risk, int]
    oldest_waiting_since: datetime | None
    late_since: datetime | None = None
