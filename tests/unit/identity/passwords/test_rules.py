"""What a password must be, and what a locked login says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.passwords.domain import password_errors
from services.identity.passwords.errors import LoginLockedError


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("девять зн", "password-too-short"),
        ("а" * 129, "password-too-long"),
        ("Qwertyuiop", "password-too-common"),
        ("ЙЦУКЕНГШЩЗ", "password-too-common"),
        ("12121212121212", "password-too-common"),
        ("correct horse battery", None),
        ("Demo-Citizen-2026", None),
    ],
)
def test_passwords_are_long_and_rare(password: str, code: str | None) -> None:
    assert [e.code for e in password_errors(password)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("until", "clock"),
    [("00:44:44", "03:45"), ("00:44:00", "03:44"), ("00:59:01", "04:00"), ("20:59:59", "00:00")],
)
def test_a_locked_login_names_a_minute_at_which_it_is_open(until: str, clock: str) -> None:
    """The clock of Moscow, which is said."""
    moment = datetime.fromisoformat(f"2026-11-27T{until}").replace(tzinfo=UTC)
    refused = LoginLockedError(moment, moment - timedelta(seconds=90.2))
    assert f"откроется в {clock} по московскому времени" in refused.detail
    assert refused.retry_after == 91
