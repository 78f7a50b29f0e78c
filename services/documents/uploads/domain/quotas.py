"""How much one person may store in a month. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.documents.uploads.errors import UploadQuotaError

_ZONE = ZoneInfo("Europe/Moscow")
_MONTHS = 12


@dataclass(frozen=True)
class Quota:
    """What one person may store in a month. An application has some ten documents."""

    files: int
    bytes: int


@dataclass(frozen=True)
class Stored:
    """What one person has stored in a month (its first day), whatever became of it since."""

    month: date
    files: int = 0
    bytes: int = 0

    @property
    def ends_at(self) -> datetime:
        """When the next month begins."""
        months = self.month.year * _MONTHS + self.month.month
        following = date(months // _MONTHS, months % _MONTHS + 1, 1)
        return datetime.combine(following, time(), _ZONE).astimezone(UTC)

    def plus(self, size: int) -> Stored:
        """With one file more."""
        return replace(self, files=self.files + 1, bytes=self.bytes + size)

    def check(self, quota: Quota, now: datetime) -> None:
        """Hold it against the quota.

        Raises:
            UploadQuotaError: it is more.
        """
        if self.files > quota.files or self.bytes > quota.bytes:
            rest = max(1, math.ceil((self.ends_at - now).total_seconds()))
            again = self.ends_at.astimezone(_ZONE).date()
            raise UploadQuotaError(quota.files, quota.bytes, again, rest)


def month_of(now: datetime) -> date:
    """The first day of the month that a time is in."""
    return now.astimezone(_ZONE).date().replace(day=1)
