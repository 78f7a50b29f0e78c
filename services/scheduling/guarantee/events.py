"""What the watch says: domain → contract."""

from __future__ import annotations

from contracts import waiting
from services.scheduling.guarantee.domain import Watch


def missed(watch: Watch) -> waiting.GuaranteeMissed:
    """There is no time within the limit."""
    return waiting.GuaranteeMissed(
        watch_id=watch.id,
        clinic_id=watch.clinic_id,
        specialty=watch.specialty,
        guarantee=watch.guarantee.value,
        day=watch.day.isoformat(),
        limit_at=watch.limit_at,
        first_at=watch.first_at,
    )
