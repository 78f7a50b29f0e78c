"""Ways of asking for free slots. Each has its own partial index, in the order of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.pages import Sort

_WAYS: Mapping[str, tuple[str, ...]] = {
    "free_by_doctor": ("doctor_id",),
    "free_by_clinic_and_specialty": ("clinic_id", "specialty"),
    "free_by_specialty": ("specialty",),
    "free_by_clinic": ("clinic_id",),
    "free_by_time": (),
}
BY_TIME = Sort("starts_at")
INDEXES = {
    "slots": [
        IndexModel(
            [*((field, ASCENDING) for field in fields), *BY_TIME.keys],
            name=name,
            partialFilterExpression={"free": True},
        )
        for name, fields in _WAYS.items()
    ]
    + [
        IndexModel(BY_TIME.keys, name="by_time"),
        # what a booking writes is in none of the following
        *(
            IndexModel([(field, ASCENDING), ("starts_at", ASCENDING)], name=name)
            for name, field in (("of_doctor", "doctor_id"), ("of_timetable", "timetable_id"))
        ),
        IndexModel(
            [("affected", ASCENDING), *BY_TIME.keys],
            name="affected",
            partialFilterExpression={"affected": {"$type": "string"}},
        ),
        IndexModel(
            BY_TIME.keys,
            name="closed_by_time",
            partialFilterExpression={"closed": {"$type": "string"}},
        ),
    ]
}
_ZONES = timedelta(hours=14)  # no zone is further from UTC


@dataclass(frozen=True)
class SlotQuery:
    """Which free slots are wanted. `after` is the cursor of the page before; days are local."""

    starting: datetime
    doctor_id: str | None = None
    specialty: str | None = None
    clinic_id: str | None = None
    since: date | None = None
    until: date | None = None
    after: str | None = None

    def _wanted(self) -> dict[str, str]:
        asked = {
            "doctor_id": self.doctor_id,
            "specialty": self.specialty,
            "clinic_id": self.clinic_id,
        }
        return {field: value for field, value in asked.items() if value is not None}

    @property
    def index(self) -> str:
        """The index that serves this question, in the order of the answer."""
        wanted = self._wanted()
        return next(name for name, fields in _WAYS.items() if set(fields) <= wanted.keys())

    def filter(self) -> dict[str, Any]:
        """The query document.

        Raises:
            InvalidInputError: `after` is no cursor of ours.
        """
        found: dict[str, Any] = {"free": True, **self._wanted()}
        begins: dict[str, datetime] = {"$gt": self.starting}
        if self.since is not None:
            found.setdefault("day", {})["$gte"] = self.since.isoformat()
            begins["$gte"] = _midnight(self.since) - _ZONES
        if self.until is not None:
            found.setdefault("day", {})["$lte"] = self.until.isoformat()
            begins["$lt"] = _midnight(self.until) + timedelta(days=1) + _ZONES
        found["starts_at"] = begins
        beyond = BY_TIME.after(self.after)
        return {"$and": [found, beyond]} if beyond else found


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
