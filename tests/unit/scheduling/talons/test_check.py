"""What whoever holds a talon is told (A8, A9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.scheduling.bookings.domain.appointment import Cancelled, Canceller, Entry, Step
from services.scheduling.talons.domain import Check, check
from tests.support.services.scheduling import BEFORE, SLOT, START, VISIT, booked

NUMBER = booked().talon_number


def test_a_talon_is_valid_until_the_visit_ends() -> None:
    assert check(booked(), NUMBER, VISIT.ends_at - timedelta(seconds=1)) is Check.VALID
    assert check(booked(), NUMBER, VISIT.ends_at) is Check.PAST


def test_a_cancelled_one_is_void_for_ever_and_an_unknown_one_is_unknown() -> None:
    """d5, e26."""
    off = booked().cancel(Cancelled(BEFORE, Canceller.CITIZEN, "citizen-request"), None)
    for now in (BEFORE, START + timedelta(days=9)):
        assert check(off, NUMBER, now) is Check.VOID
        assert check(None, NUMBER, now) is Check.UNKNOWN


def test_of_a_moved_visit_only_the_new_talon_counts() -> None:
    """A9, d5."""
    slot = replace(SLOT, id="slot-2", doctor_id="doctor-kuznetsov")
    moved = booked().move(slot, "1111-2222-3333", Entry(BEFORE, Step.MOVED, "clinic"))
    assert check(moved, NUMBER, BEFORE) is Check.VOID
    assert check(moved, "1111-2222-3333", BEFORE) is Check.VALID
