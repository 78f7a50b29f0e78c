"""Which slots can be booked, and what is refused with which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.timetable.domain import Hold, HoldKind, check_bookable
from services.scheduling.timetable.errors import (
    DayClosedError,
    SlotHeldError,
    SlotPastError,
    SlotTakenError,
)
from tests.support.services.scheduling import BEFORE, SLOT, START


def test_a_free_slot_can_be_booked_until_it_begins() -> None:
    check_bookable(SLOT, START - timedelta(milliseconds=1), "citizen-1")
    with pytest.raises(SlotPastError, match=r"23\.11\.2026 в 09:00"):
        check_bookable(SLOT, START, "citizen-1")


def test_a_taken_slot_is_refused_in_clinic_time() -> None:
    """A4, A28."""
    with pytest.raises(SlotTakenError, match=r"23\.11\.2026 в 09:00"):
        check_bookable(replace(SLOT, appointment_id="a-2"), BEFORE, "citizen-1")


def test_a_closed_day_is_refused_with_its_reason() -> None:
    """A24, e30."""
    with pytest.raises(DayClosedError, match="санитарный день"):
        check_bookable(replace(SLOT, closed="санитарный день"), BEFORE, "citizen-1")


def test_a_held_slot_is_its_holders_alone() -> None:
    """A5, A18: nobody else gets it, and no search shows it."""
    until = BEFORE + timedelta(minutes=10)
    held = replace(SLOT, hold=Hold("h-1", HoldKind.CITIZEN, "citizen-1", until))
    assert not held.free
    check_bookable(held, BEFORE, "citizen-1")
    with pytest.raises(SlotHeldError, match="до 09:10"):
        check_bookable(held, BEFORE, "citizen-2")


def test_only_who_has_a_slot_leaves_it() -> None:
    hold = Hold("h-1", HoldKind.WAITLIST, "citizen-1", START)
    held, taken = replace(SLOT, hold=hold), replace(SLOT, appointment_id="a-1")
    assert held.left(hold_id="h-2") is None
    assert held.left(hold_id="h-1") == SLOT
    assert taken.left(appointment_id="a-1") == SLOT
    assert taken.left(hold_id="h-1") is None
    assert SLOT.left() is None
