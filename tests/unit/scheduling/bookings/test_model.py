"""Slots and appointments: what may happen, and what is refused with which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.bookings import events
from services.scheduling.bookings.domain import (
    Appointment,
    Canceller,
    CancelRule,
    Check,
    Status,
    Step,
    TalonState,
    book,
    cancel,
)
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    CancelTooLateError,
    DayClosedError,
    OverlapError,
    SlotPastError,
    SlotTakenError,
    TooManyActiveError,
    VisitBegunError,
)
from services.scheduling.patients.domain import (
    Engagement,
    Patient,
    Slot,
    Visit,
    check_agenda,
    check_bookable,
)

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BEFORE = START - timedelta(days=3)
RULE = CancelRule(timedelta(hours=24), "8-800-555-35-35")
VISIT = Visit(
    doctor_name="Орлова Мария Викторовна",
    specialty="Терапевт",
    starts_at=START,
    ends_at=START + timedelta(minutes=15),
    timezone="Europe/Moscow",
    room="214",
    clinic_number="45",
    clinic_name="Городская поликлиника № 45",
    clinic_address="г. Москва, ул. Садовая, д. 12",
)
SLOT = Slot("slot-1", "doctor-orlova", "clinic-1", "therapist", VISIT)


def booked() -> Appointment:
    patient = Patient("citizen-1", "Соколова Анна Сергеевна")
    return book(SLOT, patient, appointment_id="a-1", talon_number="0000-0000-5724", now=BEFORE)


def engaged(minutes: int, length: int = 15) -> Engagement:
    start = START + timedelta(minutes=minutes)
    return Engagement(f"a{minutes}", start, start + timedelta(minutes=length))


def test_a_booking_carries_everything_that_the_talon_prints() -> None:
    """A7."""
    appointment = booked()
    assert appointment.visit == VISIT
    assert (appointment.status, appointment.talon) == (Status.CONFIRMED, TalonState.PREPARING)
    assert [e.step for e in appointment.history] == [Step.BOOKED]
    said = events.booked(appointment, "http://x/talon/0000-0000-5724")
    assert said.pii.full_name == "Соколова Анна Сергеевна"
    assert "Соколова" not in said.model_dump_json(exclude={"pii"})


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


@pytest.mark.parametrize("minutes", [-14, -1, 0, 1, 14])
def test_visits_that_overlap_are_refused(minutes: int) -> None:
    with pytest.raises(OverlapError):
        check_agenda([engaged(minutes)], VISIT, limit=5, now=BEFORE)


@pytest.mark.parametrize("minutes", [-15, 15, 600])
def test_visits_one_after_another_are_fine(minutes: int) -> None:
    check_agenda([engaged(minutes)], VISIT, limit=5, now=BEFORE)


@given(st.integers(-100, 100), st.integers(1, 60))
def test_overlap_is_exactly_sharing_a_moment(minutes: int, length: int) -> None:
    other = engaged(minutes, length)
    shared = max(other.starts_at, VISIT.starts_at) < min(other.ends_at, VISIT.ends_at)
    try:
        check_agenda([other], VISIT, limit=5, now=BEFORE)
    except OverlapError:
        assert shared
    else:
        assert not shared


def test_the_limit_counts_coming_visits_only() -> None:
    """A32."""
    coming = [engaged(60 * n) for n in range(1, 5)]
    past = [engaged(-10_000 - 60 * n) for n in range(10)]
    check_agenda([*past, *coming], VISIT, limit=5, now=BEFORE)
    with pytest.raises(TooManyActiveError, match="5"):
        check_agenda([*coming, engaged(900)], VISIT, limit=5, now=BEFORE)


def test_cancelling_voids_and_keeps_the_talon() -> None:
    """A9, d5."""
    off = cancel(booked(), by=Canceller.CITIZEN, rule=RULE, now=BEFORE, note="Уехал")
    assert (off.status, off.talon) == (Status.CANCELLED, TalonState.VOID)
    assert off.talon_number == booked().talon_number
    assert off.history[-1].note == "Уехал"
    assert off.check(BEFORE) is Check.VOID
    assert off.check(START + timedelta(days=9)) is Check.VOID
    assert events.cancelled(off).reason_code == "citizen-request"


@given(st.integers(-3 * 24 * 3600, 3 * 24 * 3600))
def test_the_24_hour_rule(seconds: int) -> None:
    """A13, n21, d3, e31: whoever cancels whenever, the answer follows the rule."""
    now = START + timedelta(seconds=seconds)

    def outcome(by: Canceller) -> type[Exception] | None:
        try:
            cancel(booked(), by=by, rule=RULE, now=now, note=None)
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
        cancel(booked(), by=Canceller.CITIZEN, rule=RULE, now=START - timedelta(hours=1), note=None)


def test_cancelling_twice_is_refused() -> None:
    off = cancel(booked(), by=Canceller.CITIZEN, rule=RULE, now=BEFORE, note=None)
    with pytest.raises(AlreadyCancelledError, match=r"20\.11\.2026"):
        cancel(off, by=Canceller.SUPPORT, rule=RULE, now=BEFORE, note=None)


def test_a_sealed_talon_is_issued_and_that_of_a_visit_that_is_off_stays_void() -> None:
    """A6."""
    issued = booked().sealed(BEFORE, "d-1")
    assert issued.talon is TalonState.ISSUED
    assert events.talon_issued(issued).document_id == "d-1"
    off = cancel(booked(), by=Canceller.CITIZEN, rule=RULE, now=BEFORE, note=None)
    late = off.sealed(BEFORE, "d-1")
    assert late.talon is TalonState.VOID
    assert late.document_id == "d-1"


def test_a_talon_that_failed_stays_void_when_the_visit_is_off() -> None:
    off = cancel(booked(), by=Canceller.CITIZEN, rule=RULE, now=BEFORE, note=None)
    assert off.not_sealed(BEFORE, "why").talon is TalonState.VOID
    assert booked().not_sealed(BEFORE, "why").talon is TalonState.FAILED


def test_a_failure_takes_no_talon_away() -> None:
    """A6: it is of an older try."""
    issued = booked().sealed(BEFORE, "d-1")
    assert issued.not_sealed(BEFORE, "why") is issued


def test_an_event_needs_its_fact() -> None:
    with pytest.raises(ValueError, match="not cancelled"):
        events.cancelled(booked())
    with pytest.raises(ValueError, match="no sealed talon"):
        events.talon_issued(booked())


def test_a_talon_is_valid_until_the_visit_ends() -> None:
    """A8."""
    assert booked().check(VISIT.ends_at - timedelta(seconds=1)) is Check.VALID
    assert booked().check(VISIT.ends_at) is Check.PAST
