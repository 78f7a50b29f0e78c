"""Which slots a timetable makes, and what has to change in those that are there.

The same arguments give the same slots with the same ids, so making them again changes nothing.
A booked slot is never taken away here: whoever decides about its visit does that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zlib import crc32

from services.scheduling.hours.domain.timetable import DAY, Stretch, Timetable
from services.scheduling.known.domain import Clinic, Doctor, specialty_title
from services.scheduling.timetable.domain import Slot, Visit

NOT_RECEIVING = "врач в это время не принимает"
_Whom: TypeAlias = tuple[Doctor, Clinic]
_FIRST_MINUTES, _SPREAD_SECONDS = timedelta(minutes=5), 3_600


@dataclass(frozen=True)
class World:
    """What slots are made in: the clinic, the doctors who are known, and its closed days."""

    clinic: Clinic
    doctors: Mapping[str, Doctor]
    closed: Mapping[date, str]

    def doctor_on(self, timetable: Timetable, day: date) -> Doctor | None:
        """Who receives on a day that the clinic works; None: nobody."""
        if day in self.closed or not self.clinic.works_on(day):
            return None
        doctor = self.doctors.get(timetable.receiving_on(day) or "")
        return doctor if doctor is not None and self.clinic.id in doctor.clinics else None

    def range_of(self, days: Sequence[date]) -> tuple[datetime, datetime]:
        """From when to when slots of these days may begin."""
        zone = self.clinic.zone
        since = datetime.combine(days[0], time(), zone)
        return since, datetime.combine(days[-1] + 2 * DAY, time(), zone)


@dataclass(frozen=True)
class Difference:
    """What has to change. `uncovered` are booked slots whose time is in nobody's hours now.

    Those of visits that somebody decided to keep are not among them.
    """

    made: tuple[Slot, ...]
    changed: tuple[Slot, ...]
    gone: tuple[Slot, ...]
    uncovered: tuple[Slot, ...]


def slots_of(timetable: Timetable, day: date, world: World) -> list[Slot]:
    """All slots of a day's hours by time; where those overlap, the earlier one counts."""
    doctor = world.doctor_on(timetable, day)
    if doctor is None:
        return []
    found = list[Slot]()
    starts = (
        (starts_at, stretch)
        for stretch in timetable.stretches_on(day)
        for starts_at in _starts(stretch, day, world.clinic)
    )
    for starts_at, stretch in sorted(starts, key=lambda start: start[0]):
        if not found or found[-1].visit.ends_at <= starts_at:
            found.append(_slot(timetable, day, stretch, starts_at, (doctor, world.clinic)))
    return found


def difference(
    timetable: Timetable,
    days: Sequence[date],
    world: World,
    *,
    there: Iterable[Slot],
    others: Iterable[Slot],
    now: datetime,
) -> Difference:
    """From the slots that are `there` of these days to those of the hours as they are now.

    New slots appear, free ones get the newest room and names, free ones that are in nobody's hours
    go away, or are marked where the day was closed. Booked ones stay as their citizens know them.
    No slot appears over a booked one, or over the doctor's `others`, of another timetable.
    """
    known = list(there)
    taken = _Taken([*others, *(slot for slot in known if slot.appointment_id is not None)])
    ours = [slot for slot in known if slot.workday in days and slot.visit.starts_at > now]
    wanted = {
        slot.id: slot
        for day in days
        for slot in slots_of(timetable, day, world)
        if slot.visit.starts_at > now and not taken.at(slot)
    }
    changed, gone, uncovered = list[Slot](), list[Slot](), list[Slot]()
    for slot in ours:
        wished = wanted.pop(slot.id, None)
        after: Slot | None
        if slot.appointment_id is not None:
            after = _booked(slot, timetable, world)
            if after.closed is not None and not after.kept:
                uncovered.append(after)
        else:
            after = replace(wished, hold=slot.hold) if wished else _left(slot, world)
        if after is None:
            gone.append(slot)
        elif after != slot:
            changed.append(after)
    return Difference(tuple(wanted.values()), tuple(changed), tuple(gone), tuple(uncovered))


def days_between(first: date, last: date) -> Iterator[date]:
    """All days, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def next_midnight(timetable: Timetable, clinic: Clinic, now: datetime) -> datetime:
    """When its next day is made: in the first hour of the clinic's day, not all at one moment."""
    tomorrow = now.astimezone(clinic.zone).date() + DAY
    begins = datetime.combine(tomorrow, time(), clinic.zone).astimezone(UTC) + _FIRST_MINUTES
    return begins + timedelta(seconds=crc32(timetable.id.encode()) % _SPREAD_SECONDS)


def asked(*, clinic_id: str | None = None, timetable_id: str | None = None) -> str:
    """Whose visits somebody is asked about: of a clinic that closes, or of one timetable."""
    return f"clinic:{clinic_id}" if clinic_id else f"timetable:{timetable_id}"


def _booked(slot: Slot, timetable: Timetable, world: World) -> Slot:
    """A booked slot; closed where its time is in nobody's hours, so that it never becomes free."""
    if covered(slot, timetable, world):
        return replace(slot, closed=None, affected=None, kept=False)
    day = slot.workday
    return replace(slot, closed=world.closed.get(day, NOT_RECEIVING) if day else NOT_RECEIVING)


def covered(slot: Slot, timetable: Timetable, world: World) -> bool:
    """Whether the doctor of a slot receives during it."""
    day = slot.workday
    doctor = world.doctor_on(timetable, day) if day else None
    if day is None or doctor is None or doctor.id != slot.doctor_id:
        return False
    spans = (stretch.on(day, world.clinic.zone) for stretch in timetable.stretches_on(day))
    return any(b <= slot.visit.starts_at and slot.visit.ends_at <= e for b, e in spans)


def _left(slot: Slot, world: World) -> Slot | None:
    """A free slot that is in nobody's hours: gone, or marked with why the day is closed."""
    reason = world.closed.get(slot.workday) if slot.workday else None
    return None if reason is None else replace(slot, closed=reason)


class _Taken:
    """Times of doctors at which no slot may appear."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._times: dict[str, list[tuple[datetime, datetime]]] = {}
        for slot in slots:
            span = (slot.visit.starts_at, slot.visit.ends_at)
            self._times.setdefault(slot.doctor_id, []).append(span)
        for spans in self._times.values():
            spans.sort()

    def at(self, slot: Slot) -> bool:
        """Whether the doctor's time of this slot is taken by another."""
        spans = self._times.get(slot.doctor_id)
        if not spans:
            return False
        begins, ends = slot.visit.starts_at, slot.visit.ends_at
        after = bisect_right(spans, (begins, ends))
        before = spans[after - 1] if after else None
        return (before is not None and before[1] > begins) or (
            after < len(spans) and spans[after][0] < ends
        )


def _starts(stretch: Stretch, day: date, clinic: Clinic) -> Iterator[datetime]:
    begins, ends = (moment.astimezone(UTC) for moment in stretch.on(day, clinic.zone))
    step = timedelta(minutes=stretch.minutes)
    while begins + step <= ends:
        yield begins
        begins += step


def _slot(
    timetable: Timetable, day: date, stretch: Stretch, starts_at: datetime, to: _Whom
) -> Slot:
    doctor, clinic = to
    return Slot(
        id=f"{doctor.id}-{starts_at:%Y%m%d%H%M}",
        doctor_id=doctor.id,
        clinic_id=clinic.id,
        specialty_code=doctor.specialty,
        visit=Visit(
            doctor_name=doctor.full_name,
            specialty=specialty_title(doctor.specialty),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=stretch.minutes),
            timezone=clinic.timezone,
            room=stretch.room,
            clinic_number=clinic.number,
            clinic_name=clinic.name,
            clinic_address=clinic.address,
            kind=stretch.kind,
        ),
        timetable_id=timetable.id,
        workday=day,
    )
