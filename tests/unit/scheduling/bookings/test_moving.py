"""Who may move a visit, where to, and what it needs there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.bookings import events
from services.scheduling.bookings.domain.appointment import (
    Cancelled,
    Canceller,
    Status,
    TalonState,
)
from services.scheduling.bookings.domain.booking import CancelRule
from services.scheduling.bookings.domain.details import Confirmed, Details, Need
from services.scheduling.bookings.domain.moving import (
    Mover,
    check_as_said,
    check_fits,
    check_movable,
    move,
)
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    BookAnewError,
    MoveTooLateError,
    NotForApplicationError,
    OtherSpecialtyError,
    VisitBegunError,
)
from services.scheduling.patients.domain import Engagement, Patient, Tally, shifted
from services.scheduling.patients.errors import OverlapError, TooManyBookingsError
from services.scheduling.reception.domain import Assent
from services.scheduling.timetable.domain import Slot
from services.sealing.own import SIGNATURE
from tests.support.services.scheduling import BEFORE, SLOT, START, VISIT, booked

RULE = CancelRule(timedelta(hours=24), "8-800-555-35-35")
CITIZEN = Mover(Canceller.CITIZEN, "citizen")
SUPPORT = Mover(Canceller.SUPPORT, "support")
LATER = replace(
    VISIT,
    starts_at=START + timedelta(days=1),
    ends_at=START + timedelta(days=1, minutes=15),
)
OTHER = replace(SLOT, id="slot-2", visit=LATER)


@given(st.integers(-3 * 24 * 3600, 3 * 24 * 3600))
def test_citizens_move_until_24_hours_before_and_others_until_it_begins(seconds: int) -> None:
    """A13, A14, n21, e31."""
    now = START + timedelta(seconds=seconds)

    def outcome(mover: Mover) -> type[Exception] | None:
        try:
            check_movable(booked(), mover, RULE, now)
        except (MoveTooLateError, VisitBegunError) as refusal:
            return type(refusal)
        return None

    begun = VisitBegunError if seconds >= 0 else None
    late = MoveTooLateError if seconds > -24 * 3600 else None
    assert outcome(SUPPORT) is begun
    assert outcome(CITIZEN) is (begun or late)


def test_what_is_off_or_over_does_not_move() -> None:
    off = booked().cancel(Cancelled(BEFORE, Canceller.CITIZEN, "citizen-request"), None)
    with pytest.raises(AlreadyCancelledError):
        check_movable(off, SUPPORT, RULE, BEFORE)
    with pytest.raises(VisitBegunError):
        check_movable(replace(booked(), status=Status.MISSED), SUPPORT, RULE, BEFORE)


@pytest.mark.parametrize(
    ("slot", "application", "refusal"),
    [
        (replace(OTHER, specialty_code="cardiologist"), None, OtherSpecialtyError),
        (OTHER, "app-1", NotForApplicationError),
        (
            replace(OTHER, clinic_id="clinic-2", visit=replace(LATER, kind="video")),
            "app-1",
            NotForApplicationError,
        ),
        (replace(OTHER, visit=replace(LATER, kind="video")), "app-1", None),
        (replace(OTHER, clinic_id="clinic-2"), None, None),
    ],
)
def test_where_a_visit_may_go(
    slot: Slot, application: str | None, refusal: type[Exception] | None
) -> None:
    """A14, C19: the same specialty; the visit of an application by video, at its clinic."""
    found = replace(booked(), application_id=application)
    if refusal is None:
        check_fits(found, slot)
    else:
        with pytest.raises(refusal):
            check_fits(found, slot)


CODE, SIGNED = Confirmed(BEFORE, "sms", "1"), Confirmed(BEFORE, SIGNATURE, "2")
HERE, ELSEWHERE = OTHER, replace(OTHER, clinic_id="clinic-2")
TO_FIRST = replace(OTHER, visit=replace(LATER, kind="first"))
AS_BEFORE = replace(booked(), visit=replace(VISIT, kind="repeat"))


@pytest.mark.parametrize(
    ("found", "slot", "assent", "price", "fits"),
    [
        ({}, ELSEWHERE, Assent.BOOKING, None, True),
        ({}, HERE, Assent.CODE, None, False),
        ({"confirmed": CODE}, HERE, Assent.CODE, None, True),
        ({"confirmed": CODE}, ELSEWHERE, Assent.CODE, None, False),
        ({"confirmed": CODE}, HERE, Assent.SIGNATURE, None, False),
        ({"confirmed": SIGNED}, HERE, Assent.SIGNATURE, None, True),
        ({"confirmed": SIGNED}, ELSEWHERE, Assent.SIGNATURE, None, False),
        ({}, HERE, Assent.BOOKING, 100, False),
        ({"price_kopecks": 200}, HERE, Assent.BOOKING, 100, False),
        ({"price_kopecks": 100}, HERE, Assent.BOOKING, 100, True),
        ({"price_kopecks": 100}, HERE, Assent.BOOKING, None, True),
        ({}, TO_FIRST, Assent.BOOKING, None, False),
        ({"details": Details("first")}, TO_FIRST, Assent.BOOKING, None, False),
        ({"details": Details("first", "Кашель.")}, TO_FIRST, Assent.BOOKING, None, True),
        ({"visit": replace(VISIT, kind="first")}, TO_FIRST, Assent.BOOKING, None, True),
    ],
)
def test_nobody_moves_past_what_booking_asks(
    found: dict[str, Any], slot: Slot, assent: Assent, price: int | None, *, fits: bool
) -> None:
    """A26, A30, A41: what has to be confirmed, agreed to or described is booked anew."""
    visit = replace(AS_BEFORE, **found)
    slot = replace(slot, visit=replace(slot.visit, kind="repeat")) if slot is not TO_FIRST else slot
    if fits:
        check_as_said(visit, slot, assent, price)
        after = move(
            visit, slot, CITIZEN, talon_number="2", needs=(), now=BEFORE, price_kopecks=price
        )
        assert after.price_kopecks == price
    else:
        with pytest.raises(BookAnewError):
            check_as_said(visit, slot, assent, price)


def test_a_move_voids_the_talon_and_a_clinic_that_accepts_is_asked_again() -> None:
    """A9, A10, d5."""
    after = move(booked(), OTHER, CITIZEN, talon_number="2", needs=(Need.CLINIC,), now=BEFORE)
    assert (after.status, after.talon, after.pending_since) == (
        Status.PENDING,
        TalonState.PREPARING,
        BEFORE,
    )
    assert (after.former_talons, after.talon_number) == ((booked().talon_number,), "2")
    fact = events.moved(
        booked(), after, by=Canceller.CITIZEN, code=CITIZEN.code, check_url="http://x/talon/2"
    )
    assert (fact.status.value, fact.needs) == ("pending", ("clinic",))
    back = move(after, SLOT, CITIZEN, talon_number="3", needs=(), now=BEFORE)
    assert (back.status, back.pending_since) == (Status.CONFIRMED, None)


def test_a_consent_that_is_missing_stays_so() -> None:
    """A30."""
    pending = replace(booked(), status=Status.PENDING, needs=(Need.CONSENT,), pending_since=BEFORE)
    after = move(pending, OTHER, CITIZEN, talon_number="2", needs=(), now=START)
    assert (after.needs, after.pending_since) == ((Need.CONSENT,), BEFORE)


def test_a_visit_is_not_in_its_own_way() -> None:
    """A14."""
    mine = Engagement("a-1", VISIT.starts_at, VISIT.ends_at)
    other = Engagement("a-2", LATER.starts_at, LATER.ends_at)
    patient = Patient("citizen-1", "Соколова Анна Сергеевна", (mine,))
    close = replace(VISIT, starts_at=VISIT.starts_at + timedelta(minutes=5))
    after = shifted(patient, "a-1", close, per_day=None, now=BEFORE)
    assert [e.starts_at for e in after.agenda] == [close.starts_at]
    with pytest.raises(OverlapError):
        shifted(replace(patient, agenda=(mine, other)), "a-1", LATER, per_day=None, now=BEFORE)


def test_moves_of_a_day_are_counted_unless_staff_makes_them() -> None:
    """A32, K8."""
    mine = Engagement("a-1", VISIT.starts_at, VISIT.ends_at)
    busy = Patient("citizen-1", "Соколова Анна Сергеевна", (mine,), Tally(BEFORE, 20))
    with pytest.raises(TooManyBookingsError):
        shifted(busy, "a-1", LATER, per_day=20, now=BEFORE)
    assert shifted(busy, "a-1", LATER, per_day=None, now=BEFORE).tally == Tally(BEFORE, 20)
