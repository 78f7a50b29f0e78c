"""One visit more than a doctor's hours have: hours of its own on that day (A19)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.scheduling.hours.domain.making import World, slots_of
from services.scheduling.hours.domain.timetable import Exceptional, Stretch, Timetable
from services.scheduling.hours.errors import ExtraOverlapsError, NotReceivingError, RoomUnknownError
from services.scheduling.timetable.domain import Slot


@dataclass(frozen=True)
class Extra:
    """A visit of a doctor at a clinic; `starts_at` is on the clinic's clock, to the minute."""

    doctor_id: str
    starts_at: datetime
    minutes: int
    room: str
    kind: str

    @property
    def day(self) -> date:
        """The clinic's day."""
        return self.starts_at.date()

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


def extended(timetable: Timetable, extra: Extra) -> Timetable:
    """The timetable with this visit's time among the hours of its day."""
    stretch = Stretch(
        extra.starts_at.time(), extra.ends_at.time(), extra.room, extra.kind, extra.minutes
    )
    differs = next((e for e in timetable.exceptions if e.day == extra.day), None)
    if differs is None:
        differs = Exceptional(extra.day, (), extra=True)
    return timetable.with_exception(replace(differs, stretches=(*differs.stretches, stretch)))


def extra_slot(timetable: Timetable, extra: Extra, world: World, there: Iterable[Slot]) -> Slot:
    """The slot of an extended timetable; `there` are those of the clinic's doctors around it.

    Raises:
        RoomUnknownError: the clinic has no such room.
        ExtraOverlapsError: the doctor, or the room, has another visit then.
        NotReceivingError: the clinic or the doctor does not work on that day.
    """
    if extra.room not in world.clinic.room_numbers:
        raise RoomUnknownError(extra.room)
    for slot in there:
        same_room = (slot.clinic_id, slot.visit.room) == (world.clinic.id, extra.room)
        if slot.doctor_id != extra.doctor_id and not same_room:
            continue
        if slot.visit.starts_at < extra.ends_at and extra.starts_at < slot.visit.ends_at:
            raise ExtraOverlapsError(slot.visit.local(slot.visit.starts_at), same_room=same_room)
    made = slots_of(timetable, extra.day, world)
    found = next((slot for slot in made if slot.visit.starts_at == extra.starts_at), None)
    if found is None or found.doctor_id != extra.doctor_id:
        raise NotReceivingError
    return found
