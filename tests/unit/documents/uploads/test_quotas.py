"""C7: what one person stores in a month is bounded, in files and in bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.documents.uploads.domain.quotas import Quota, Stored, month_of
from services.documents.uploads.errors import UploadQuotaError

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
QUOTA = Quota(files=2, bytes=100)


def test_a_month_is_one_of_the_calendar_in_moscow() -> None:
    assert month_of(NOW) == date(2026, 11, 1)
    last_second = datetime(2026, 11, 30, 20, 59, 59, tzinfo=UTC)
    assert month_of(last_second) == date(2026, 11, 1)
    assert month_of(datetime(2026, 11, 30, 21, tzinfo=UTC)) == date(2026, 12, 1)
    assert Stored(date(2026, 12, 1)).ends_at == datetime(2026, 12, 31, 21, tzinfo=UTC)


def test_what_reaches_the_quota_is_taken_and_what_passes_it_is_not() -> None:
    stored = Stored(month_of(NOW)).plus(40).plus(60)
    assert (stored.files, stored.bytes) == (2, 100)
    stored.check(QUOTA, NOW)
    for more in (stored.plus(0), Stored(stored.month, files=1, bytes=101)):
        with pytest.raises(UploadQuotaError) as caught:
            more.check(QUOTA, NOW)
        refusal = caught.value
        assert (refusal.code, refusal.status) == ("upload-quota-exceeded", 429)
        assert "с 01.12.2026" in refusal.detail
        assert refusal.retry_after == (stored.ends_at - NOW).total_seconds()
