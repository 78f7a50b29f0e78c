"""Drafts of a day are counted whatever becomes of them, so that withdrawing is no way round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.certificates.applications.domain.begun import Begun, one_more
from services.certificates.applications.errors import TooManyDraftsTodayError
from tests.support.services.certificates.builders import CATALOGUE

CALENDAR = CATALOGUE.calendar
EVENING = datetime(2026, 11, 27, 20, 59, 30, tzinfo=UTC)
"""Half a minute before midnight in Moscow."""


def test_as_many_as_one_may_and_no_more() -> None:
    begun = None
    for count in (1, 2, 3):
        begun = one_more(begun, CALENDAR, EVENING, most=3)
        assert begun == Begun(date(2026, 11, 27), count)
    with pytest.raises(TooManyDraftsTodayError, match="не больше 3") as refused:
        one_more(begun, CALENDAR, EVENING, most=3)
    assert refused.value.retry_after == 30


def test_the_day_ends_at_midnight_there() -> None:
    full = Begun(date(2026, 11, 27), 3)
    tomorrow = one_more(full, CALENDAR, EVENING + timedelta(seconds=30), most=3)
    assert tomorrow == Begun(date(2026, 11, 28), 1)
