"""Copies of clinics, doctors and uploads, as far as timetables, talons and visits need them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from contracts.specialties import SPECIALTIES
from services.scheduling.known.errors import ClinicShutError, LicenceEndedError

EARTH_KM = 6371.0
_DAY = 24 * 60
_WEEK = 7 * _DAY
_DEGREES = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,10})?),(-?[0-9]{1,3}(?:\.[0-9]{1,10})?)")
_POLE, _DATE_LINE = 90, 180
WATCH = "watch-guarantee"
"""The timer that looks once a day whether a clinic keeps the state's waiting times (X13)."""
FOLLOW = "follow-copy"
"""The timer that makes the coming slots follow a newer copy; its key is `followed`."""


class Standing(StrEnum):
    """What a licence, an accreditation or a certificate is worth on a day (A3)."""

    AWAITED = "awaited"
    VALID = "valid"
    ENDS = "ends"
    ENDED = "ended"


@dataclass(frozen=True)
class Permit:
    """A licence or an accreditation, good to the end of `valid_until`; without, it has no end."""

    number: str
    issued_on: date
    valid_until: date | None = None

    def standing(self, day: date) -> Standing:
        """What it is worth on this day, which is the clinic's."""
        if day < self.issued_on:
            return Standing.AWAITED
        if self.valid_until is None:
            return Standing.VALID
        return Standing.ENDS if day <= self.valid_until else Standing.ENDED


@dataclass(frozen=True)
class File:
    """An upload that passed every check of documents, and whose it is."""

    id: str
    owner_id: str


@dataclass(frozen=True)
class Room:
    """A room; `number` is what stands on its door and on the talon."""

    number: str
    title: str | None = None


@dataclass(frozen=True)
class Place:
    """Degrees of WGS 84."""

    latitude: float
    longitude: float

    def km_to(self, other: Place) -> float:
        """How far it is as the crow flies."""
        a, b = (radians(p.latitude) for p in (self, other))
        way = radians(other.longitude - self.longitude)
        half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(way / 2) ** 2
        return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def place_of(text: str) -> Place | None:
    """«55.7558,37.6173» as a place; None where it is none."""
    found = _DEGREES.fullmatch(text.replace(" ", ""))
    latitude, longitude = map(float, found.groups()) if found else (_POLE + 1, 0.0)
    if abs(latitude) > _POLE or abs(longitude) > _DATE_LINE:
        return None
    return Place(latitude, longitude)


@dataclass(frozen=True)
class Near:
    """Not further than this from a place."""

    place: Place
    within_km: float

    def km_to(self, clinic: Clinic) -> float | None:
        """How far a clinic is, where that is known; to a hundred metres."""
        if clinic.place is None:
            return None
        return round(self.place.km_to(clinic.place), 1)


@dataclass(frozen=True)
class Wanted:
    """What patients choose doctors by (A2). `experience` (years) and `rating` are at least so."""

    specialty: str | None = None
    clinic_id: str | None = None
    experience: int | None = None
    insurance: str | None = None
    near: Near | None = None
    rating: float | None = None

    @property
    def someone(self) -> bool:
        """Whether it depends on what is known of doctors beyond their specialty."""
        return self.experience is not None or self.rating is not None


@dataclass(frozen=True)
class OpeningHours:
    """A stretch of a weekday (Monday is 1); `ends` before or at `begins` is on the next day."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True)
class Emergency:
    """A department of urgent care; one that is not round the clock works as its clinic does."""

    phone: str
    round_the_clock: bool = False


@dataclass(frozen=True)
class Clinic:
    """Where patients come. `closed_on` is the first day on which it works no more."""

    id: str
    number: str
    name: str
    organisation: str
    address: str
    phone: str
    timezone: str
    licence: Permit
    accreditation: Permit | None = None
    place: Place | None = None
    opening_hours: tuple[OpeningHours, ...] = ()
    rooms: tuple[Room, ...] = ()
    insurance: tuple[str, ...] = ()
    closed_on: date | None = None
    emergency: Emergency | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's own time."""
        return ZoneInfo(self.timezone)

    @property
    def room_numbers(self) -> frozenset[str]:
        """What stands on its doors."""
        return frozenset(room.number for room in self.rooms)

    def open_at(self, moment: datetime) -> bool:
        """Whether this moment is within its opening hours, and it has not closed for good."""
        here = moment.astimezone(self.zone)
        if not self.works_on(here.date()):
            return False
        minute = (here.isoweekday() - 1) * _DAY + here.hour * 60 + here.minute
        return any((minute - begins) % _WEEK < length for begins, length in self._stretches)

    @property
    def _stretches(self) -> Iterator[tuple[int, int]]:
        """When in the week each begins, and how long it is, in minutes."""
        for hours in self.opening_hours:
            begins = hours.begins.hour * 60 + hours.begins.minute
            ends = hours.ends.hour * 60 + hours.ends.minute
            yield (hours.weekday - 1) * _DAY + begins, (ends - begins) % _DAY or _DAY

    def urgent_at(self, moment: datetime) -> bool:
        """Whether its department of urgent care works then (A40)."""
        if self.emergency is None or not self.works_on(moment.astimezone(self.zone).date()):
            return False
        return self.emergency.round_the_clock or self.open_at(moment)

    def works_on(self, day: date) -> bool:
        """Whether it is not closed for good by then."""
        return self.closed_on is None or day < self.closed_on


@dataclass(frozen=True, kw_only=True)
class Qualification(Permit):
    """A certificate or an accreditation of a doctor; `specialty` is a code."""

    specialty: str


@dataclass(frozen=True)
class Conference:
    """Where a doctor spoke or learned."""

    title: str
    year: int


@dataclass(frozen=True)
class Doctor:
    """Whom patients come to, in these clinics; the first of `specialties` is the main one.

    Who was dismissed, or is no doctor any more, is in no clinic and of no specialty. `stars` are
    all that `reviews` gave, together; identity knows nothing of them.
    """

    id: str
    full_name: str
    position: str | None
    clinics: tuple[str, ...]
    specialties: tuple[str, ...]
    practising_since: int
    qualifications: tuple[Qualification, ...] = ()
    conferences: tuple[Conference, ...] = ()
    photo: str | None = None
    stars: int = 0
    reviews: int = 0

    @property
    def rating(self) -> float | None:
        """The mean of all stars; None where nobody gave any (A35)."""
        return round(self.stars / self.reviews, 2) if self.reviews else None

    @property
    def rank(self) -> str:
        """What the best are found by: rating, then how many say so; as a text that sorts so."""
        return f"{rank_from(self.rating or 0)}/{self.reviews:08}"

    @property
    def receives(self) -> bool:
        """Whether patients can come at all."""
        return bool(self.clinics)

    @property
    def specialty(self) -> str:
        """The code of the main specialty."""
        return self.specialties[0]


def check_receives(clinic: Clinic | None, day: date) -> None:
    """See that a clinic may see patients on this day of its own, as far as it is known (A3).

    Raises:
        ClinicShutError: it has closed for good by then.
        LicenceEndedError: its licence has ended by then.
    """
    if clinic is None:
        return
    if not clinic.works_on(day):
        raise ClinicShutError(clinic.name)
    licence = clinic.licence
    if licence.valid_until is not None and licence.standing(day) is Standing.ENDED:
        raise LicenceEndedError(clinic.name, licence.valid_until)


def rank_from(rating: float) -> str:
    """Where ranks of this rating begin."""
    return f"{rating:04.2f}"


def specialty_title(code: str) -> str:
    """What people call a specialty; a code that is newer than this service stands for itself."""
    return SPECIALTIES.get(code, code)


def specialty_of(title: str) -> str:
    """The code of what a visit calls its specialty."""
    return next((code for code, name in SPECIALTIES.items() if name == title), title)


def followed(*, clinic_id: str | None = None, doctor_id: str | None = None) -> str:
    """The key of `FOLLOW` for a copy that changed."""
    return f"clinic:{clinic_id}" if clinic_id else f"doctor:{doctor_id}"
