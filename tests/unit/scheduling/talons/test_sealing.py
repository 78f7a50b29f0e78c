"""What becomes of a talon (A6, d5)."""

from __future__ import annotations

from services.scheduling.bookings.domain.appointment import Cancelled, Canceller, TalonState
from services.scheduling.talons import events
from services.scheduling.talons.domain import not_sealed, sealed
from tests.support.services.scheduling import BEFORE, booked

OFF = Cancelled(BEFORE, Canceller.CITIZEN, "citizen-request")


def test_a_sealed_talon_is_issued_and_that_of_a_visit_that_is_off_stays_void() -> None:
    """A6."""
    issued = sealed(booked(), BEFORE, "d-1")
    assert issued.talon is TalonState.ISSUED
    assert events.issued(issued, "d-1").document_id == "d-1"
    off = booked().cancel(OFF, None)
    late = sealed(off, BEFORE, "d-1")
    assert late.talon is TalonState.VOID
    assert late.document_id == "d-1"


def test_a_talon_that_failed_stays_void_when_the_visit_is_off() -> None:
    off = booked().cancel(OFF, None)
    assert not_sealed(off, BEFORE, "why").talon is TalonState.VOID
    assert not_sealed(booked(), BEFORE, "why").talon is TalonState.FAILED


def test_a_failure_takes_no_talon_away() -> None:
    """A6: it is of an older try."""
    issued = sealed(booked(), BEFORE, "d-1")
    assert not_sealed(issued, BEFORE, "why") is issued
