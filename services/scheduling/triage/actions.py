"""Nobody with a red flag gets an appointment: whoever takes a text of symptoms asks here first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic, Near
from services.scheduling.known.store import Known
from services.scheduling.triage.domain import QUESTIONS, Said, flags_of
from services.scheduling.triage.errors import LifeThreateningError
from services.scheduling.triage.metrics import TriageMetrics
from services.scheduling.triage.views import DepartmentView

FOLLOW_UP = "/v1/slots?specialty=therapist"
"""Where a visit after it is found (A40)."""
_WITHIN_KM = 100.0
_LOOKED_AT, _SHOWN = 10, 3


@dataclass(frozen=True)
class Triage:
    """The rule, and the nearest departments of urgent care."""

    deps: Deps
    known: Known
    metrics: TriageMetrics

    async def check(
        self,
        said: Said,
        *,
        clinic_id: str | None = None,
        near: Near | None = None,
        pointer: str = "",
    ) -> None:
        """Refuse a threat to life, before anything is read or written for a booking.

        Departments are looked for around `near`, else around the clinic. `pointer` is where
        `symptoms` and `red_flags` stand in the body.

        Raises:
            LifeThreateningError: a red flag; nothing may be booked, held or asked for.
            InvalidInputError: symptoms without answers, or answers to other questions.
        """
        flags = flags_of(said, pointer=pointer)
        if not flags:
            return
        for flag in flags:
            self.metrics.flags.labels(flag).inc()
        now = self.deps.now()
        shown = [
            DepartmentView.of(clinic, km, now).model_dump()
            for clinic, km in await self.departments(clinic_id=clinic_id, near=near)
        ]
        raise LifeThreateningError({f: QUESTIONS[f] for f in flags}, shown, FOLLOW_UP)

    async def departments(
        self, *, clinic_id: str | None = None, near: Near | None = None, limit: int = _SHOWN
    ) -> Sequence[tuple[Clinic, float | None]]:
        """Those that are open now first, then by distance; none where no place is known."""
        now = self.deps.now()
        if near is None and clinic_id is not None:
            here = await self.known.clinics.find(None, clinic_id)
            if here is not None and here.place is None:
                return [(here, None)] if here.emergency else []
            near = Near(here.place, _WITHIN_KM) if here is not None and here.place else None
        if near is None:
            return []
        found = await self.known.urgent_near(near, day=now.date(), limit=max(limit, _LOOKED_AT))
        far = [(clinic, near.km_to(clinic)) for clinic in found]
        far.sort(key=lambda one: not one[0].urgent_at(now))  # stable: nearest first in each half
        return far[:limit]
