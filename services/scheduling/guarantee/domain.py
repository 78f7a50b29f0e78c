"""How long people wait at most (X13), and what is known of a specialty at a clinic.

24 hours for a general practitioner, 2 hours for urgent care, 14 working days of the clinic for a
specialist: the state's programme of guarantees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zlib import crc32

from services.scheduling.known.domain import Clinic

GENERAL = frozenset({"therapist", "paediatrician", "general-practitioner"})
"""Whom a person sees first."""
WORKING_DAYS = 14
FARTHEST = timedelta(days=45)
"""In which fourteen working days are over, the New Year's holidays among them."""
_CHECKED_AT, _SPREAD = time(9), 3600
_DAY = timedelta(days=1)


class Guarantee(StrEnum):
    """Which promise."""

    THERAPIST = "therapist"
    URGENT = "urgent"
    SPECIALIST = "specialist"


_WITHIN = {Guarantee.THERAPIST: timedelta(hours=24), Guarantee.URGENT: timedelta(hours=2)}


@dataclass(frozen=True)
class Watch:
    """A promise about a specialty at a clinic, as it was found on its last `day`.

    The last two are counted by the store.
    """

    id: str
    clinic_id: str
    specialty: str
    guarantee: Guarantee
    day: date
    missed: bool
    limit_at: datetime
    first_at: datetime | None = None
    version: int = 0
    revision: int = 0


def guarantees(specialty: str) -> tuple[Guarantee, ...]:
    """Those of a specialty."""
    if specialty in GENERAL:
        return Guarantee.THERAPIST, Guarantee.URGENT
    return (Guarantee.SPECIALIST,)


def limit_of(
    guarantee: Guarantee, clinic: Clinic, now: datetime, closed: Collection[date]
) -> datetime:
    """Until when there has to be time for who asks now; `closed` are the clinic's days off."""
    if guarantee is not Guarantee.SPECIALIST:
        return now + _WITHIN[guarantee]
    today = now.astimezone(clinic.zone).date()
    days = (day for day in _days_after(today) if day not in closed and day.isoweekday() < 6)  # noqa: PLR2004 - Saturday
    last = next(day for n, day in enumerate(days, start=1) if n == WORKING_DAYS)
    return datetime.combine(last + _DAY, time(), clinic.zone)


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += _DAY
        yield day


def watched(
    clinic: Clinic,
    specialty: str,
    guarantee: Guarantee,
    first_at: datetime | None,
    now: datetime,
    *,
    closed: Collection[date] = (),
) -> Watch:
    """What is found now. Urgent care is given by a department that is open, too."""
    limit_at = limit_of(guarantee, clinic, now, closed)
    met = first_at is not None and first_at <= limit_at
    if guarantee is Guarantee.URGENT:
        met = met or clinic.urgent_at(now)
    return Watch(
        id=f"{clinic.id}:{specialty}:{guarantee}",
        clinic_id=clinic.id,
        specialty=specialty,
        guarantee=guarantee,
        day=now.astimezone(clinic.zone).date(),
        missed=not met,
        limit_at=limit_at,
        first_at=first_at,
    )


def renewed(before: Watch | None, found: Watch) -> Watch | None:
    """What is kept of this day; None: that day was looked at already."""
    if before is None:
        return found
    if before.day >= found.day:
        return None
    return replace(found, version=before.version, revision=before.revision)


def next_check(clinic: Clinic, after: datetime) -> datetime:
    """When the clinic is looked at next: each morning, its own minute of the hour."""
    here = after.astimezone(clinic.zone)
    at = datetime.combine(here.date(), _CHECKED_AT, clinic.zone)
    at += timedelta(seconds=crc32(clinic.id.encode()) % _SPREAD)
    if at > here:
        return at
    return datetime.combine(here.date() + _DAY, at.time(), clinic.zone)
