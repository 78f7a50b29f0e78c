"""Ways of asking for free slots. Each has its own index, in the order of the answer.

They are partial, of free slots alone; but for the one by kind, which has booked ones, too, so that
a booking need not write it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Indexes
from services.chassis.database.pages import Sort, moment_cursor, parse_moment_cursor

_WAYS: Mapping[str, tuple[str, ...]] = {
    "free_by_doctor": ("doctor_id",),
    "free_by_clinic_and_specialty": ("clinic_id", "specialty"),
    "by_kind_and_specialty": ("visit.kind", "specialty"),
    "free_by_specialty": ("specialty",),
    "free_by_clinic": ("clinic_id",),
    "free_by_time": (),
}
BY_TIME = Sort("starts_at")
INDEXES: Indexes = {
    "slots_of_doctors": [],
    "slots": [
        IndexModel(
            [*((field, ASCENDING) for field in fields), *BY_TIME.keys],
            name=name,
            **({"partialFilterExpression": {"free": True}} if name.startswith("free_") else {}),
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
    ],
}
_ZONES = timedelta(hours=14)  # no zone is further from UTC
_MERGED = 150
"""So many scans of an index MongoDB merges in the order of the answer (it would 200)."""
_PIECE = timedelta(days=1)
_DAY = 24 * 60
Stretch: TypeAlias = tuple[datetime, datetime]
_FIRST_ID = "!"
"""No id comes before it."""


@dataclass(frozen=True)
class SlotQuery:
    """Which free slots are wanted. `after` is the cursor of the page before; days are local.

    `doctors` and `clinics` are any of these. `begins` are the minutes of the day (clinic time) from
    the first to before the second, over midnight where the second is not later. `before` is the
    end of what is looked through.
    """

    starting: datetime
    doctor_id: str | None = None
    specialty: str | None = None
    clinic_id: str | None = None
    since: date | None = None
    until: date | None = None
    after: str | None = None
    doctors: tuple[str, ...] | None = None
    clinics: tuple[str, ...] | None = None
    kind: str | None = None
    begins: tuple[int, int] | None = None
    before: datetime | None = None

    def _wanted(self) -> dict[str, Any]:
        asked = {
            "doctor_id": _one_or_any(self.doctor_id, self.doctors),
            "specialty": self.specialty,
            "clinic_id": _one_or_any(self.clinic_id, self.clinics),
        }
        return {field: value for field, value in asked.items() if value is not None}

    @property
    def index(self) -> str:
        """The index that serves this question, in the order of the answer."""
        served = {field for field, value in self._wanted().items() if not _is_long(value)}
        if self.kind is not None:
            served.add("visit.kind")
        return next(name for name, fields in _WAYS.items() if set(fields) <= served)

    @property
    def sifts(self) -> bool:
        """Whether slots are looked at that may not be among those wanted."""
        asked = self.kind is not None or self.begins is not None
        return asked or any(map(_is_long, self._wanted().values()))

    def filter(self) -> dict[str, Any]:
        """The query document.

        Raises:
            InvalidInputError: `after` is no cursor of ours.
        """
        found: dict[str, Any] = {"free": True, **self._wanted()}
        if self.kind is not None:
            found["visit.kind"] = self.kind
        begins: dict[str, datetime] = {"$gt": self.starting}
        if self.since is not None:
            found.setdefault("day", {})["$gte"] = self.since.isoformat()
            begins["$gte"] = _midnight(self.since) - _ZONES
        if self.until is not None:
            found.setdefault("day", {})["$lte"] = self.until.isoformat()
            begins["$lt"] = _midnight(self.until) + timedelta(days=1) + _ZONES
        if self.before is not None:
            begins["$lt"] = min(begins.get("$lt", self.before), self.before)
        found["starts_at"] = begins
        parts = [found, BY_TIME.after(self.after), _at(self.begins)]
        asked = [part for part in parts if part]
        return {"$and": asked} if len(asked) > 1 else found

    def pieces(self, last: datetime, zones: Collection[str] = ()) -> Iterator[SlotQuery]:
        """The same question piece by piece, up to the last moment, each moment once.

        The pieces are days, or, for a time of day, when it is that time in one of these zones.

        Raises:
            InvalidInputError: `after` is no cursor of ours.
        """
        position = parse_moment_cursor(self.after)
        begin = max(self.starting, position[0] if position else self.starting)
        if self.since is not None:
            begin = max(begin, _midnight(self.since) - _ZONES)
        if self.until is not None:
            last = min(last, _midnight(self.until) + timedelta(days=1) + _ZONES)
        found = (
            _days(begin, last) if self.begins is None else _times(begin, last, self.begins, zones)
        )
        for first, end in found:
            starting = max(self.starting, first - timedelta(milliseconds=1))
            yield replace(self, starting=starting, before=end)

    @property
    def end_cursor(self) -> str | None:
        """Where the page after this piece begins."""
        return moment_cursor(self.before, _FIRST_ID) if self.before else None


def _days(begin: datetime, last: datetime) -> Iterator[Stretch]:
    while begin < last:
        end = min(begin + _PIECE, last)
        yield begin, end
        begin = end


def _times(
    begin: datetime, last: datetime, minutes: tuple[int, int], zones: Collection[str]
) -> Iterator[Stretch]:
    """When it is that time of day somewhere, in order and without overlaps."""
    first, end = minutes
    length = timedelta(minutes=(end - first) % _DAY or _DAY)
    days = range((last - begin).days + 3)
    midnights = (
        datetime.combine(begin.date() + timedelta(days=n - 1), time(), ZoneInfo(zone))
        for n in days
        for zone in zones
    )
    starts = sorted((m + timedelta(minutes=first)).astimezone(UTC) for m in midnights)
    for start in starts:
        stop = min(start + length, last)
        start = max(start, begin)  # noqa: PLW2901 - what was looked through is not again
        if start < stop:
            yield start, stop
            begin = stop


def _one_or_any(one: str | None, any_of: tuple[str, ...] | None) -> Any:
    if any_of is None:
        return one
    return {"$in": sorted({one} & {*any_of} if one is not None else any_of)}


def _is_long(value: Any) -> bool:
    return isinstance(value, dict) and len(value["$in"]) > _MERGED


def _at(minutes: tuple[int, int] | None) -> dict[str, Any]:
    if minutes is None:
        return {}
    first, end = minutes
    if first < end:
        return {"minute": {"$gte": first, "$lt": end}}
    return {"$or": [{"minute": {"$gte": first}}, {"minute": {"$lt": end}}]}


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
