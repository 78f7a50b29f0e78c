"""How the applications stand: counted over indexes, for the gauges.

States are counted over the index of the queue; only applications whose deadline is near enough to
matter are looked into.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo import ASCENDING

from services.certificates.applications.domain.clocks import PAUSING
from services.certificates.applications.domain.deadlines import (
    NEAR_AT_MOST,
    NEAR_SHARE,
    RUNNING,
    ApplicationCounts,
    Risk,
)
from services.certificates.applications.domain.states import State
from services.chassis.database import counting
from services.chassis.database.client import Collection


async def counted(applications: Collection, now: datetime) -> ApplicationCounts:
    """Count them."""
    states = {
        state: await counting.counted(applications, {"state": state.value}) for state in State
    }
    running: dict[str, Any] = {"state": {"$in": [state.value for state in RUNNING]}}
    late = await counting.counted(applications, {**running, "clock.deadline_at": {"$lt": now}})
    near = await _near(applications, running, now)
    still = sum(states[state] for state in (*RUNNING, *PAUSING))
    oldest = await applications.find_one(
        {"state": State.SUBMITTED.value}, {"consent.at": 1}, sort=[("consent.at", ASCENDING)]
    )
    latest = await applications.find_one(
        {**running, "clock.deadline_at": {"$lt": now}},
        {"clock.deadline_at": 1},
        sort=[("clock.deadline_at", ASCENDING)],
    )
    return ApplicationCounts(
        states=states,
        risks={Risk.CALM: max(0, still - late - near), Risk.NEAR: near, Risk.LATE: late},
        oldest_waiting_since=oldest["consent"]["at"] if oldest else None,
        late_since=latest["clock"]["deadline_at"] if latest else None,
    )


async def _near(applications: Collection, running: dict[str, Any], now: datetime) -> int:
    left = {"$subtract": ["$clock.deadline_at", now]}
    whole = {"$subtract": ["$clock.deadline_at", "$consent.at"]}
    coming = {"$gte": now, "$lt": now + NEAR_AT_MOST}
    found = applications.aggregate(
        [
            {"$match": {**running, "clock.deadline_at": coming}},
            {"$match": {"$expr": {"$lt": [{"$multiply": [NEAR_SHARE, left]}, whole]}}},
            {"$limit": counting.MOST},
            {"$count": "near"},
        ]
    )
    return sum([int(one["near"]) async for one in found])
