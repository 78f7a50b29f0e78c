"""The timetable: weekly hours over working days, in the clinic's time, the same every time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.scheduling.timetable.domain import (
    Clinic,
    Doctor,
    Hours,
    Licence,
    Specialty,
    next_refresh,
    slots_of,
)
from services.scheduling.timetable.gateways import demo_reference, public_holidays

MOSCOW = Clinic("c", "45", "Поликлиника", "Адрес", "+7", "Europe/Moscow")
DOCTOR = Doctor(
    id="d",
    full_name="Орлова Мария Викторовна",
    specialty=Specialty("therapist", "Терапевт"),
    clinic_id="c",
    room="214",
    practising_since=2009,
    licence=Licence("ЛО41", date(2020, 1, 1)),
    visit_minutes=20,
    weekly={1: (Hours(time(8), time(9, 10)),), 6: (Hours(time(10), time(11)),)},
)
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_slots_fill_the_hours_and_do_not_stick_out() -> None:
    """Clinic time is printed, UTC is stored; a rest shorter than a visit stays empty."""
    found = list(slots_of(DOCTOR, MOSCOW, {}, now=SUNDAY, days=2))
    assert [s.visit.local(s.visit.starts_at).strftime("%H:%M") for s in found] == [
        "08:00",
        "08:20",
        "08:40",
    ]
    assert found[0].visit.starts_at == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert found[0].id == "d-202611230500"
    assert all(a.visit.ends_at <= b.visit.starts_at for a, b in pairwise(found))


def test_the_same_arguments_give_the_same_slots() -> None:
    first, second = (list(slots_of(DOCTOR, MOSCOW, {}, now=SUNDAY, days=14)) for _ in range(2))
    assert first == second
    assert len({s.id for s in first}) == len(first)


def test_closed_days_have_none() -> None:
    """A24."""
    closed = {date(2026, 11, 23): "санитарный день"}
    days = {s.visit.starts_at.date() for s in slots_of(DOCTOR, MOSCOW, closed, now=SUNDAY, days=7)}
    assert days == {date(2026, 11, 28)}


def test_today_only_what_is_to_come() -> None:
    now = datetime(2026, 11, 23, 5, 20, tzinfo=UTC)
    found = list(slots_of(DOCTOR, MOSCOW, {}, now=now, days=0))
    assert [s.id for s in found] == ["d-202611230540"]


def test_the_horizon_counts_days_of_the_clinic() -> None:
    """Moscow is already in Monday when UTC is in Sunday's evening."""
    now = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    assert list(slots_of(DOCTOR, MOSCOW, {}, now=now, days=0))


def test_the_next_refresh_is_just_after_the_first_midnight() -> None:
    zones = [ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Yekaterinburg")]
    assert next_refresh(SUNDAY, zones) == datetime(2026, 11, 22, 19, 5, tzinfo=UTC)
    assert next_refresh(SUNDAY, []) == SUNDAY + timedelta(days=1)


def test_public_holidays_have_the_transfers_of_the_production_calendar() -> None:
    """A24, facts: 2026-01-09 and 2026-12-31 are days off."""
    days = {d.day: d.reason for d in public_holidays([2026])}
    assert date(2026, 1, 9) in days
    assert date(2026, 12, 31) in days
    assert days[date(2026, 6, 12)] == "День России"
    assert date(2026, 1, 12) not in days


def test_the_demo_is_complete() -> None:
    """A3: every doctor has a licence, a room, hours, and a clinic that exists."""
    clinics, doctors = demo_reference()
    known = {c.id for c in clinics}
    assert {d.clinic_id for d in doctors} == known
    assert len({d.id for d in doctors}) == len(doctors)
    assert "doctor-orlova" in {d.id for d in doctors}, "she has a demo account"
    for doctor in doctors:
        assert doctor.licence.number
        assert doctor.room
        assert any(doctor.weekly.values())
    assert all(c.zone for c in clinics)
