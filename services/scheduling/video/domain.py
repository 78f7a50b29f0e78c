"""A video visit that an application needs, and when its room is open (C19, d9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.timetable.domain import Visit

KIND = "video"
"""The kind of visits that have a room (`contracts.scheduling.VISIT_KINDS`)."""
OPENS_BEFORE, CLOSES_AFTER = timedelta(minutes=10), timedelta(minutes=15)
_A_MOMENT = timedelta(milliseconds=1)
_TENTH, _RAREST = 10, timedelta(hours=1)


@dataclass(frozen=True)
class Order:
    """A visit with a doctor of one of these specialties, for an application (whose id it has).

    `appointment_id` and `slot_id` are what was told of it last; nothing: it is being looked for.
    `awaited_at` is since when there is no time for it, where that was told.
    """

    id: str
    citizen_id: str
    clinic_id: str
    specialties: tuple[str, ...]
    not_before: datetime
    appointment_id: str | None = None
    slot_id: str | None = None
    awaited_at: datetime | None = None
    ended: bool = False
    revision: int = 0
    version: int = 0

    def booked(self, appointment: Appointment) -> Order:
        """It has a time: at first, or another one than before."""
        return replace(
            self, appointment_id=appointment.id, slot_id=appointment.slot_id, awaited_at=None
        )

    def lost(self, appointment: Appointment) -> Order:
        """The visit was called off: another one is looked for, later than that one was."""
        after = appointment.visit.starts_at + _A_MOMENT
        return replace(
            self,
            appointment_id=None,
            slot_id=None,
            not_before=max(self.not_before, after),
        )

    def pause(self, now: datetime, shortest: timedelta) -> timedelta:
        """How long to wait before looking again: the longer there was no time, the longer."""
        waited = now - (self.awaited_at or now)
        return max(shortest, min(waited / _TENTH, _RAREST))

    def again(self, ordered: Order, *, stands: bool) -> Order:
        """It is ordered anew: the visit before was missed. One that stands is told of again."""
        kept = self.appointment_id if stands else None
        revision, version = self.revision, self.version
        return replace(ordered, appointment_id=kept, revision=revision, version=version)


@dataclass(frozen=True)
class Window:
    """From when to when one may enter the room."""

    opens_at: datetime
    closes_at: datetime

    @classmethod
    def of(cls, visit: Visit) -> Window:
        """Some minutes before the visit, and after it."""
        return cls(visit.starts_at - OPENS_BEFORE, visit.ends_at + CLOSES_AFTER)

    def open(self, now: datetime) -> bool:
        """Whether it is now."""
        return self.opens_at <= now < self.closes_at


@dataclass(frozen=True)
class Guest:
    """Who enters a room: the patient (or who acts for them), or the doctor, who leads it."""

    id: str
    name: str
    leads: bool


@dataclass(frozen=True)
class Room:
    """The address of one visit's room for one person, and until when it is good."""

    url: str
    window: Window
