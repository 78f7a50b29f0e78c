"""Appointments: what may happen to them, and what is refused with which reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.bookings import events
from services.scheduling.bookings.domain.appointment import (
    Cancelled,
    Canceller,
    Status,
    Step,
    TalonState,
)
from services.scheduling.bookings.domain.booking import CancelRule, cancellation
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    CancelTooLateError,
    VisitBegunError,
)
from tests.support.services.scheduling import BEFORE, START, VISIT, booked

OFF = Cancelled(BEFORE, Canceller.CITIZEN, "citizen-request")
RULE = CancelRule(timedelta(hours=24), "8-800-555-35-35")


def test_a_booking_carries_everything_that_the_talon_prints() -> None:
    """A7."""
    appointment = booked()
    assert appointment.visit == VISIT
    assert (appointment.status, appointment.talon) == (Status.CONFIRMED, TalonState.PREPARING)
    assert [e.step for e in appointment.history] == [Step.BOOKED]
    said = events.booked(appointment, "http://x/talon/0000-0000-5724")
    assert said.pii.full_name == "Соколова Анна Сергеевна"
    assert "Соколова" not in said.model_dump_json(exclude={"pii"})


def test_cancelling_voids_and_keeps_the_talon() -> None:
    """A9, d5."""
    how = cancellation(booked(), by=Canceller.CITIZEN, rule=RULE, now=BEFORE)
    off = booked().cancel(how, "Уехал")
    assert (off.status, off.talon) == (Status.CANCELLED, TalonState.VOID)
    assert off.talon_number == booked().talon_number
    assert off.history[-1].note == "Уехал"
    assert events.cancelled(off, how).reason_code == "citizen-request"


@given(st.integers(-3 * 24 * 3600, 3 * 24 * 3600))
def test_the_24_hour_rule(seconds: int) -> None:
    """A13, n21, d3, e31: whoever cancels whenever, the answer follows the rule."""
    now = START + timedelta(seconds=seconds)

    def outcome(by: Canceller) -> type[Exception] | None:
        try:
            cancellation(booked(), by=by, rule=RULE, now=now)
        except (CancelTooLateError, VisitBegunError) as refusal:
            return type(refusal)
        return None

    begun = seconds >= 0
    late = seconds > -24 * 3600
    assert outcome(Canceller.SUPPORT) is (VisitBegunError if begun else None)
    expected = VisitBegunError if begun else CancelTooLateError if late else None
    assert outcome(Canceller.CITIZEN) is expected


def test_the_late_refusal_names_support_and_the_hotline() -> None:
    """n24, e31."""
    with pytest.raises(CancelTooLateError, match=r"поддержки: 8-800-555-35-35"):
        cancellation(booked(), by=Canceller.CITIZEN, rule=RULE, now=START - timedelta(hours=1))


def test_cancelling_twice_is_refused() -> None:
    off = booked().cancel(OFF, None)
    with pytest.raises(AlreadyCancelledError, match=r"20\.11\.2026"):
        cancellation(off, by=Canceller.SUPPORT, rule=RULE, now=BEFORE)
