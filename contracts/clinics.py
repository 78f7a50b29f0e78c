"""The parts of a clinic and of a doctor's practice, as identity tells of them.

Both are offices: what is here is public and no personal data.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import Field

from contracts.envelope import Part


class OpeningHours(Part):
    """One stretch of a weekday (ISO: Monday is 1) in which the clinic is open, clinic time.

    `ends` before or at `begins` is on the next day.
    """

    weekday: Annotated[int, Field(ge=1, le=7)]
    begins: time
    ends: time


class Permit(Part):
    """A licence or an accreditation; without `valid_until` it has no end."""

    number: str
    issued_on: date
    valid_until: date | None = None


class Room(Part):
    """A room of the clinic; `number` is what stands on its door and on the talon."""

    number: str
    title: str | None = None


class Place(Part):
    """Where the clinic is, in degrees (WGS 84)."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Emergency(Part):
    """Its department of urgent care; one that is not round the clock works as the clinic does."""

    phone: str
    round_the_clock: bool = False


class Qualification(Part):
    """A certificate or an accreditation of a specialist; `specialty` is a code."""

    number: str
    specialty: str
    issued_on: date
    valid_until: date | None = None


class Conference(Part):
    """Where a doctor spoke or learned."""

    title: str
    year: Annotated[int, Field(ge=1950, le=2199)]


class Practice(Part):
    """What patients choose a doctor by; the first of `specialties` is the main one."""

    specialties: tuple[str, ...]
    practising_since: Annotated[int, Field(ge=1950, le=2199)]
    qualifications: tuple[Qualification, ...] = ()
    conferences: tuple[Conference, ...] = ()
    photo: str | None = None


class Issuer(Part):
    """The clinic that issues a document, as it was at that time.

    `organisation` is the legal entity, `licence` the number of its licence.
    """

    number: str
    name: str
    organisation: str
    address: str
    ogrn: str
    inn: str
    licence: str
