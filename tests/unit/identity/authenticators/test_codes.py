"""Codes of authenticator apps (RFC 6238, d11)."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.identity.authenticators.domain import accepted_step, new_secret, uri_of

SECRET = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_vectors_of_the_rfc(seconds: int, code: str) -> None:
    """Appendix B; of its eight digits the last six."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert accepted_step(SECRET, code, now) == seconds // 30


@pytest.mark.parametrize("off", [-2, -1, 0, 1, 2])
def test_a_clock_may_be_one_step_off(off: int) -> None:
    now = datetime(2026, 11, 27, 12, 0, 10, tzinfo=UTC)
    shown = pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * off))
    assert (accepted_step(SECRET, shown, now) is not None) is (abs(off) <= 1)


def test_a_code_is_good_once_and_so_is_none_before_it() -> None:
    now = datetime(2026, 11, 27, 12, 0, 10, tzinfo=UTC)
    app = pyotp.TOTP(SECRET)
    step = accepted_step(SECRET, app.at(now), now)
    assert step is not None
    assert accepted_step(SECRET, app.at(now), now, after=step) is None
    assert accepted_step(SECRET, app.at(now - timedelta(seconds=30)), now, after=step) is None
    later = now + timedelta(seconds=30)
    assert accepted_step(SECRET, app.at(later), later, after=step) == step + 1


@pytest.mark.parametrize("code", ["", "0000000000", "абвгде", "28708"])
def test_what_is_no_code_is_not_right(code: str) -> None:
    assert accepted_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_an_app_reads_the_uri_as_we_do() -> None:
    secret = new_secret()
    read = pyotp.parse_uri(uri_of(secret, "+79161234567"))
    assert (read.secret, read.name, read.issuer) == (secret, "+79161234567", "Моё здоровье")
