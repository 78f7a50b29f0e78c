"""How many drafts one citizen begins in a day: a withdrawn one is kept for good, so all count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

from services.certificates.applications.errors import TooManyDraftsTodayError
from services.certificates.catalogue.domain.calendar import WorkingCalendar


@dataclass(frozen=True)
class Begun:
    """Drafts that a citizen began on a day, whatever became of them since."""

    day: date
    drafts: int = 0


def one_more(before: Begun | None, calendar: WorkingCalendar, now: datetime, *, most: int) -> Begun:
    """What a citizen has begun today, with one draft more.

    Raises:
        TooManyDraftsTodayError: it is more than one may.
    """
    begun = more(before, calendar, now, 1)
    if begun.drafts > most:
        raise TooManyDraftsTodayError(most, left_of(begun, calendar, now))
    return begun


def more(before: Begun | None, calendar: WorkingCalendar, now: datetime, count: int) -> Begun:
    """What was begun today, with so many more."""
    today = calendar.day_of(now)
    drafts = before.drafts if before is not None and before.day == today else 0
    return Begun(today, drafts + count)


def left_of(begun: Begun, calendar: WorkingCalendar, now: datetime) -> int:
    """The seconds that are left of the day."""
    return math.ceil((calendar.end_of(begun.day) - now).total_seconds())
