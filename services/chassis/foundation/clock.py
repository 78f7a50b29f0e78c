"""The clock of the services: UTC to the millisecond, which is what MongoDB keeps.

So what a POST answers and what a later GET reads are the same moment.
"""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time, in whole milliseconds."""
    return in_milliseconds(datetime.now(UTC))


def in_milliseconds(moment: datetime) -> datetime:
    """A computed or received moment as it is stored: the same millisecond, nothing below it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
