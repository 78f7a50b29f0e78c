"""Clinics, doctors, and the slots that their hours make on the days that the clinic works.

The same arguments give the same slots with the same ids, so making them again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.timetable.errors import DayClosedError, SlotPastError, SlotTakenError


@dataclass(frozen=True)
class Clinic:
    """Where patients come. `timezone` is an IANA name."""

    id: str
    number: str
    name: str
    address: str
    phone: str
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's own time."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Specialty:
    """What doctors are: a stable code and the word for people."""

    code: str
    title: str


@dataclass(frozen=True)
class Licence:
    """The right to practise, as shown to patients (A3)."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class Hours:
    """One stretch of a day in which a doctor receives, clinic time."""

    begins: time
    ends: time


@dataclass(frozen=True)
class Doctor:
    """Whom patients come to. `weekly` maps ISO weekdays (Monday is 1) to hours."""

    id: str
    full_name: str
    specialty: Specialty
    clinic_id: str
    room: str
    practising_since: int
    licence: Licence
    visit_minutes: int
    weekly: Mapping[int, tuple[Hours, ...]]


@dataclass(frozen=True)
class ClosedDay:
    """A day without visits: a public holiday (`clinic_id` is None), or one clinic's own reason."""

    day: date
    reason: str
    clinic_id: str | None = None


@dataclass(frozen=True)
class Visit:
    """When and where, as the talon prints it (A7). Times are UTC."""

    doctor_name: str
    specialty: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str

    def local(self, moment: datetime) -> datetime:
        """A moment on the clinic's clock."""
        return moment.astimezone(ZoneInfo(self.timezone))

    @property
    def on_clinic_clock(self) -> Visit:
        """The same visit, its times as the clinic's clock shows them."""
        return replace(self, starts_at=self.local(self.starts_at), ends_at=self.local(self.ends_at))


@dataclass(frozen=True)
class Slot:
    """A piece of a doctor's time. Free unless somebody has it or the day was closed."""

    id: str
    doctor_id: str
    clinic_id: str
    specialty_code: str
    visit: Visit
    appointment_id: str | None = None
    closed: str | None = None

    @property
    def free(self) -> bool:
        """Whether it can be booked, if it is not past."""
        return self.appointment_id is None and self.closed is None


def check_bookable(slot: Slot, now: datetime) -> None:
    """Make sure that this slot can be booked.

    Raises:
        DayClosedError: A24.
        SlotPastError: it has begun.
        SlotTakenError: A4.
    """
    starts_at = slot.visit.local(slot.visit.starts_at)
    if slot.visit.starts_at <= now:
        raise SlotPastError(starts_at)
    if slot.closed is not None:
        raise DayClosedError(starts_at, slot.closed)
    if slot.appointment_id is not None:
        raise SlotTakenError(starts_at)


def slots_of(
    doctor: Doctor, clinic: Clinic, closed: Mapping[date, str], *, now: datetime, days: int
) -> Iterator[Slot]:
    """All slots of a doctor that begin after `now`, today and on the next `days` days.

    Days of `closed` have none (A24).
    """
    today = now.astimezone(clinic.zone).date()
    for offset in range(days + 1):
        day = today + timedelta(days=offset)
        if day in closed:
            continue
        for hours in doctor.weekly.get(day.isoweekday(), ()):
            for starts_at in _starts(day, hours, clinic.zone, doctor.visit_minutes):
                if starts_at > now:
                    yield _slot(doctor, clinic, starts_at)


def _starts(day: date, hours: Hours, zone: ZoneInfo, minutes: int) -> Iterator[datetime]:
    step = timedelta(minutes=minutes)
    moment = datetime.combine(day, hours.begins, zone).astimezone(UTC)
    end = datetime.combine(day, hours.ends, zone).astimezone(UTC)
    while moment + step <= end:
        yield moment
        moment += step


def _slot(doctor: Doctor, clinic: Clinic, starts_at: datetime) -> Slot:
    return Slot(
        id=f"{doctor.id}-{starts_at:%Y%m%d%H%M}",
        doctor_id=doctor.id,
        clinic_id=clinic.id,
        specialty_code=doctor.specialty.code,
        visit=Visit(
            doctor_name=doctor.full_name,
            specialty=doctor.specialty.title,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=doctor.visit_minutes),
            timezone=clinic.timezone,
            room=doctor.room,
            clinic_number=clinic.number,
            clinic_name=clinic.name,
            clinic_address=clinic.address,
        ),
    )


def next_refresh(now: datetime, zones: Collection[ZoneInfo]) -> datetime:
    """Five minutes into the next day of whichever clinic gets there first."""
    if not zones:
        return now + timedelta(days=1)
    midnights = (
        datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(0, 5), zone)
        for zone in zones
    )
    return min(midnights).astimezone(UTC)
