"""A doctor's timetable at a clinic: weekly hours, days that differ, absences (K4).

All days and times are those of the clinic. Refuses to know which slots are there already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """A stretch of a day in which a doctor receives. `ends` before or at `begins`: the next day.

    `kind` is a code of `contracts.scheduling.VISIT_KINDS`, `minutes` what a visit takes.
    """

    begins: time
    ends: time
    room: str
    kind: str
    minutes: int

    @property
    def length(self) -> timedelta:
        """How long it is."""
        noon = date(2000, 1, 1)
        whole = datetime.combine(noon, self.ends) - datetime.combine(noon, self.begins)
        return whole if whole > timedelta(0) else whole + DAY

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when to when, on this day."""
        next_day = day + DAY if self.ends <= self.begins else day
        begins = datetime.combine(day, self.begins, zone)
        return begins, datetime.combine(next_day, self.ends, zone)


@dataclass(frozen=True)
class Weekly(Stretch):
    """A stretch of every such weekday (Monday is 1)."""

    weekday: int


@dataclass(frozen=True)
class Plan:
    """Weekly hours from one day to another, both included; without `valid_until` for good."""

    valid_from: date
    valid_until: date | None
    weekly: tuple[Weekly, ...]

    def covers(self, day: date) -> bool:
        """Whether it is valid on this day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def meets(self, other: Plan) -> bool:
        """Whether both are valid on some day."""
        ends, others_ends = self.valid_until or date.max, other.valid_until or date.max
        return self.valid_from <= others_ends and other.valid_from <= ends


@dataclass(frozen=True)
class Exceptional:
    """A day that differs: these hours beside the usual ones (`extra`), or in their place.

    None in their place: a day without visits.
    """

    day: date
    stretches: tuple[Stretch, ...]
    extra: bool
    reason: str | None = None


@dataclass(frozen=True)
class Absence:
    """Days on which the doctor is away, both ends included; perhaps another one receives."""

    id: str
    since: date
    until: date
    reason: str
    replacement_id: str | None = None

    def covers(self, day: date) -> bool:
        """Whether the doctor is away on this day."""
        return self.since <= day <= self.until


@dataclass(frozen=True)
class Timetable:
    """The hours of a doctor at a clinic. The last two are counted by the store."""

    id: str
    doctor_id: str
    clinic_id: str
    plans: tuple[Plan, ...] = ()
    exceptions: tuple[Exceptional, ...] = ()
    absences: tuple[Absence, ...] = ()
    version: int = 0
    revision: int = 0

    def stretches_on(self, day: date) -> tuple[Stretch, ...]:
        """The hours of a day, whoever receives in them."""
        plan = next((p for p in self.plans if p.covers(day)), None)
        weekly = plan.weekly if plan else ()
        usual: tuple[Stretch, ...] = tuple(s for s in weekly if s.weekday == day.isoweekday())
        differs = next((e for e in self.exceptions if e.day == day), None)
        if differs is None:
            return usual
        return (*usual, *differs.stretches) if differs.extra else differs.stretches

    def receiving_on(self, day: date) -> str | None:
        """Which doctor receives; None: nobody."""
        away = next((a for a in self.absences if a.covers(day)), None)
        return self.doctor_id if away is None else away.replacement_id

    @property
    def doctors(self) -> frozenset[str]:
        """Everybody who receives in these hours at some time."""
        others = {a.replacement_id for a in self.absences if a.replacement_id}
        return frozenset({self.doctor_id, *others})

    def with_exception(self, exception: Exceptional) -> Timetable:
        """With this day in place of what was said of it."""
        kept = self.without_exception(exception.day).exceptions
        ordered = sorted((*kept, exception), key=lambda e: e.day)
        return replace(self, exceptions=tuple(ordered))

    def without_exception(self, day: date) -> Timetable:
        """With this day as usual."""
        return replace(self, exceptions=tuple(e for e in self.exceptions if e.day != day))

    def with_absence(self, absence: Absence) -> Timetable:
        """With one absence more, or this one changed."""
        kept = self.without_absence(absence.id).absences
        ordered = sorted((*kept, absence), key=lambda a: (a.since, a.id))
        return replace(self, absences=tuple(ordered))

    def without_absence(self, absence_id: str) -> Timetable:
        """With the doctor there."""
        return replace(self, absences=tuple(a for a in self.absences if a.id != absence_id))


def timetable_id(doctor_id: str, clinic_id: str) -> str:
    """One for each doctor at each clinic."""
    return f"{doctor_id}@{clinic_id}"


def empty(doctor_id: str, clinic_id: str) -> Timetable:
    """Of a doctor who has no hours there yet."""
    return Timetable(timetable_id(doctor_id, clinic_id), doctor_id, clinic_id)
