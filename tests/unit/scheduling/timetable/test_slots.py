"""Which slots can be booked, and what is refused with which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.timetable.domain import check_bookable
from services.scheduling.timetable.errors import DayClosedError, SlotPastError, SlotTakenError
from tests.support.services.scheduling import BEFORE, SLOT, START


def test_a_free_slot_can_be_booked_until_it_begins() -> None:
    check_bookable(SLOT, START - timedelta(milliseconds=1))
    with pytest.raises(SlotPastError, match=r"23\.11\.2026 в 09:00"):
        check_bookable(SLOT, START)


def test_a_taken_slot_is_refused_in_clinic_time() -> None:
    """A4, A28."""
    with pytest.raises(SlotTakenError, match=r"23\.11\.2026 в 09:00"):
        check_bookable(replace(SLOT, appointment_id="a-2"), BEFORE)


def test_a_closed_day_is_refused_with_its_reason() -> None:
    """A24, e30."""
    with pytest.raises(DayClosedError, match="санитарный день"):
        check_bookable(replace(SLOT, closed="санитарный день"), BEFORE)
