"""Appointments as they lie in the database: what earlier versions wrote is read."""

from __future__ import annotations

from services.scheduling.bookings.domain.appointment import Cancelled, Canceller
from services.scheduling.bookings.store import _AppointmentMapper
from tests.support.services.scheduling import BEFORE, booked

OFF = booked().cancel(Cancelled(BEFORE, Canceller.SUPPORT, "support-request"), "Уехал")
FLAT = {"cancelled_at": BEFORE, "cancelled_by": "support", "cancel_code": "support-request"}


def test_a_cancellation_lies_flat() -> None:
    stored = _AppointmentMapper().document(OFF)
    assert stored.items() >= FLAT.items()
    assert "cancelled" not in stored
    assert _AppointmentMapper().value(stored) == OFF


def test_without_one_all_three_are_null() -> None:
    stored = _AppointmentMapper().document(booked())
    assert [stored[key] for key in FLAT] == [None, None, None]
    assert _AppointmentMapper().value(stored) == booked()
