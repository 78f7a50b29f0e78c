"""What becomes of a receipt that cannot be sealed, and what anybody may know of its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.groups import GROUP_OF, Group
from services.certificates.catalogue.domain.calendar import WorkingCalendar

_FIRST_WAIT = timedelta(minutes=10)
_TIMES_LONGER = 6
_TRIES = 5
"""The last one is some nine days after the first: by then a clinic has its seal again."""


@dataclass(frozen=True)
class Attempt:
    """How often the receipt of an application could not be sealed."""

    application_id: str
    failed: int = 0

    def again(self) -> Attempt:
        """It failed once more."""
        return replace(self, failed=self.failed + 1)

    def next_at(self, now: datetime) -> datetime | None:
        """When it is ordered again; None: no more."""
        if self.failed >= _TRIES:
            return None
        times: int = _TIMES_LONGER ** max(0, self.failed - 1)
        return now + _FIRST_WAIT * times


class Registered(StrEnum):
    """What anybody may know of a tracking number: whether it is one, and whether it is decided."""

    UNKNOWN = "unknown"
    UNDER_REVIEW = "under-review"
    OVER = "over"


REGISTERED_LABELS: Mapping[Registered, str] = {
    Registered.UNKNOWN: "Заявления с этим номером нет",
    Registered.UNDER_REVIEW: "Заявление зарегистрировано, рассмотрение идёт",
    Registered.OVER: "Заявление зарегистрировано, рассмотрение завершено",
}


@dataclass(frozen=True)
class Found:
    """The answer of the public check: nothing of whom, what for, or which way it was decided."""

    number: str
    state: Registered
    registered_on: date | None = None


def found(number: str, application: Application | None, calendar: WorkingCalendar) -> Found:
    """What is said of this number; days are those of the clinic."""
    filed = application.filed if application else None
    if application is None or filed is None:
        return Found(number, Registered.UNKNOWN)
    over = GROUP_OF[application.state] is Group.DECIDED
    state = Registered.OVER if over else Registered.UNDER_REVIEW
    return Found(number, state, calendar.day_of(filed.consent.at))
