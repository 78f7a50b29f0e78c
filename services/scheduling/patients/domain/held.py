"""How many slots a patient may hold while filling in bookings (A5, A32)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.scheduling.patients.errors import TooManyHoldsError, TooManyHoldsTodayError

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Held:
    """A slot that is held for a patient, until then at most."""

    hold_id: str
    until: datetime


@dataclass(frozen=True)
class HoldRule:
    """So many at a time, and so many in a day, however they end."""

    most: int
    per_day: int


@dataclass(frozen=True)
class Holds:
    """What a patient holds, and how often they did in the day that began `since`."""

    standing: tuple[Held, ...] = ()
    since: datetime | None = None
    of_day: int = 0

    def and_one(self, held: Held, rule: HoldRule, now: datetime) -> Holds:
        """These and one more; those that are over are forgotten.

        Raises:
            TooManyHoldsError, TooManyHoldsTodayError: as the rule says.
        """
        others = tuple(other for other in self.standing if other.until > now)
        if len(others) >= rule.most:
            raise TooManyHoldsError(rule.most)
        if self.since is None or now >= self.since + _DAY:
            return Holds((*others, held), now, 1)
        if self.of_day >= rule.per_day:
            raise TooManyHoldsTodayError(rule.per_day, self.since + _DAY - now)
        return replace(self, standing=(*others, held), of_day=self.of_day + 1)
