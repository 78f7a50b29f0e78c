"""A clinic: what was entered of it (`Details`), and whether it closes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.clinics.errors import ClinicClosedError, ClinicOpenError


@dataclass(frozen=True)
class Permit:
    """A licence or an accreditation; `valid_until` is its last day, None: it has no end."""

    number: str
    issued_on: date
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether it holds on this day (A3)."""
        return self.issued_on <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Hours:
    """One stretch of a weekday (Monday is 1); `ends` before or at `begins` is on the next day."""

    weekday: int
    begins: time
    ends: time


@dataclass(frozen=True)
class Room:
    """A room; `number` is what stands on its door."""

    number: str
    title: str | None = None


@dataclass(frozen=True)
class Place:
    """Where it is, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Emergency:
    """Its department of urgent care; one that is not round the clock works as the clinic does."""

    phone: str
    round_the_clock: bool = False


@dataclass(frozen=True)
class Details:
    """Everything that is entered of a clinic. `organisation` is the legal entity's name.

    `region`, a code of ISO 3166-2, has its own days off beside the country's (C15). Citizens write
    to `email` about what the clinic owes them.
    """

    number: str
    name: str
    organisation: str
    address: str
    phone: str
    timezone: str
    ogrn: str
    inn: str
    licence: Permit
    accreditation: Permit | None = None
    place: Place | None = None
    opening_hours: tuple[Hours, ...] = ()
    rooms: tuple[Room, ...] = ()
    insurance: tuple[str, ...] = ()
    region: str | None = None
    email: str | None = None
    emergency: Emergency | None = None


@dataclass(frozen=True)
class Closure:
    """From the day `on` the clinic works no more; who said so and why."""

    on: date
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Clinic:
    """The aggregate."""

    id: str
    details: Details
    created_at: datetime
    closure: Closure | None = None
    revision: int = 0
    version: int = 0

    def day_of(self, moment: datetime) -> date:
        """The day that it is in the clinic at this moment."""
        return moment.astimezone(ZoneInfo(self.details.timezone)).date()

    def require_working(self, now: datetime) -> None:
        """Check that it has not closed yet.

        Raises:
            ClinicClosedError: it has.
        """
        if self.closure is not None and self.closure.on <= self.day_of(now):
            raise ClinicClosedError(self.details.name, self.closure.on)


def closed(clinic: Clinic, closure: Closure) -> Clinic:
    """The clinic as it will close.

    Raises:
        ClinicClosedError: its closing is settled already.
        InvalidInputError: the day has passed in the clinic.
    """
    if clinic.closure is not None:
        raise ClinicClosedError(clinic.details.name, clinic.closure.on)
    if closure.on < clinic.day_of(closure.at):
        detail = "Этот день в клинике уже прошёл: укажите сегодняшний или будущий."
        raise InvalidInputError([FieldError("/closed_on", "closing-past", detail)])
    return replace(clinic, closure=closure)


def reopened(clinic: Clinic) -> Clinic:
    """The clinic without its closing.

    Raises:
        ClinicOpenError: there is none.
    """
    if clinic.closure is None:
        raise ClinicOpenError
    return replace(clinic, closure=None)
