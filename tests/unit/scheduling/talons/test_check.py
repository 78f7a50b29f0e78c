"""What whoever holds a talon is told (A8, A9)."""

from __future__ import annotations

from datetime import timedelta

from services.scheduling.bookings.domain import Cancelled, Canceller
from services.scheduling.talons.domain import Check, check
from tests.support.services.scheduling import BEFORE, START, VISIT, booked


def test_a_talon_is_valid_until_the_visit_ends() -> None:
    assert check(booked(), VISIT.ends_at - timedelta(seconds=1)) is Check.VALID
    assert check(booked(), VISIT.ends_at) is Check.PAST


def test_a_cancelled_one_is_void_for_ever_and_an_unknown_one_is_unknown() -> None:
    """d5, e26."""
    off = booked().cancel(Cancelled(BEFORE, Canceller.CITIZEN, "citizen-request"), None)
    for now in (BEFORE, START + timedelta(days=9)):
        assert check(off, now) is Check.VOID
        assert check(None, now) is Check.UNKNOWN
