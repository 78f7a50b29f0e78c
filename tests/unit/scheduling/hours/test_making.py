"""Which slots hours make: in the clinic's time, the same every time, and nothing over a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from services.scheduling.hours.domain.making import (
    NOT_RECEIVING,
    World,
    days_between,
    difference,
    next_midnight,
    slots_of,
)
from services.scheduling.hours.domain.timetable import (
    Absence,
    Exceptional,
    Plan,
    Stretch,
    Timetable,
    Weekly,
)
from services.scheduling.known.domain import Clinic, Doctor, Permit
from services.scheduling.timetable.domain import Slot

MOSCOW = Clinic(
    id="c",
    number="45",
    name="Поликлиника",
    organisation="ГБУЗ",
    address="Адрес",
    phone="+7",
    timezone="Europe/Moscow",
    licence=Permit("Л041", date(2020, 1, 1)),
)
ORLOVA = Doctor("d", "Орлова Мария Викторовна", None, ("c",), ("therapist",), 2009)
OTHER = Doctor("e", "Кузнецов Игорь Павлович", None, ("c",), ("therapist",), 2001)
WORLD = World(MOSCOW, {"d": ORLOVA, "e": OTHER}, {})
MORNING = Weekly(time(8), time(9, 10), "214", "first", 20, 1)
TIMETABLE = Timetable("d@c", "d", "c", (Plan(date(2026, 1, 1), None, (MORNING,)),))
MONDAY = date(2026, 11, 23)
BEFORE = datetime(2026, 11, 22, 12, tzinfo=UTC)


def starts(slots: list[Slot]) -> list[str]:
    return [s.visit.local(s.visit.starts_at).strftime("%d %H:%M") for s in slots]


def made(timetable: Timetable = TIMETABLE, day: date = MONDAY, world: World = WORLD) -> list[Slot]:
    return slots_of(timetable, day, world)


def test_slots_fill_the_hours_and_do_not_stick_out() -> None:
    """Clinic time is printed, UTC is stored; a rest shorter than a visit stays empty."""
    found = made()
    assert starts(found) == ["23 08:00", "23 08:20", "23 08:40"]
    assert found[0].visit.starts_at == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert found[0].id == "d-202611230500"
    assert all(a.visit.ends_at <= b.visit.starts_at for a, b in pairwise(found))
    assert {(s.visit.room, s.visit.kind, s.visit.specialty) for s in found} == {
        ("214", "first", "Терапевт")
    }
    assert found == made(), "the same arguments give the same slots"


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    """K4: the house of hours says that `ends` before `begins` is on the next day."""
    night = replace(MORNING, begins=time(23), ends=time(1), minutes=60)
    timetable = replace(TIMETABLE, plans=(Plan(date(2026, 1, 1), None, (night,)),))
    found = made(timetable)
    assert starts(found) == ["23 23:00", "24 00:00"]
    assert {slot.workday for slot in found} == {MONDAY}


@pytest.mark.parametrize(
    ("zone", "hour"), [("Europe/Kaliningrad", 6), ("Asia/Kamchatka", 20), ("Asia/Omsk", 2)]
)
def test_each_zone_has_its_own_eight_oclock(zone: str, hour: int) -> None:
    world = replace(WORLD, clinic=replace(MOSCOW, timezone=zone))
    assert made(world=world)[0].visit.starts_at.hour == hour


def test_the_29th_of_february_is_a_day_like_others() -> None:
    stretch = replace(MORNING, weekday=2)
    plan = Plan(date(2028, 2, 29), date(2028, 2, 29), (stretch,))
    timetable = replace(TIMETABLE, plans=(plan,))
    days = [d for d in days_between(date(2028, 2, 28), date(2028, 3, 7)) if made(timetable, d)]
    assert days == [date(2028, 2, 29)]


def test_plans_follow_each_other() -> None:
    """K4: hours are valid from a day to a day."""
    until = Plan(date(2026, 1, 1), date(2026, 11, 23), (MORNING,))
    since = Plan(date(2026, 11, 24), None, (replace(MORNING, room="301"),))
    timetable = replace(TIMETABLE, plans=(until, since))
    rooms = [{s.visit.room for s in made(timetable, d)} for d in (MONDAY, date(2026, 11, 30))]
    assert rooms == [{"214"}, {"301"}]


def test_a_day_may_differ() -> None:
    """K4: other hours, hours beside the usual ones, or none at all."""
    evening = Stretch(time(18), time(18, 40), "214", "procedure", 20)
    beside = TIMETABLE.with_exception(Exceptional(MONDAY, (evening,), extra=True))
    assert len(made(beside)) == 5
    instead = beside.with_exception(Exceptional(MONDAY, (evening,), extra=False))
    assert starts(made(instead)) == ["23 18:00", "23 18:20"]
    without = instead.with_exception(Exceptional(MONDAY, (), extra=False))
    assert made(without) == []
    assert made(without.without_exception(MONDAY)) == made()


def test_an_absence_has_no_slots_or_those_of_who_stands_in() -> None:
    """K4: the same room and times, under the other doctor's name."""
    away = Absence("a", MONDAY, MONDAY, "отпуск")
    assert made(TIMETABLE.with_absence(away)) == []
    found = made(TIMETABLE.with_absence(replace(away, replacement_id="e")))
    assert starts(found) == starts(made())
    assert {(s.doctor_id, s.visit.doctor_name) for s in found} == {("e", OTHER.full_name)}
    assert found[0].id == "e-202611230500"
    unknown = TIMETABLE.with_absence(replace(away, replacement_id="nobody"))
    assert made(unknown) == []


def test_closed_days_closed_clinics_and_people_who_left_have_none() -> None:
    """A24, K2, K9."""
    assert made(world=replace(WORLD, closed={MONDAY: "санитарный день"})) == []
    assert made(world=replace(WORLD, clinic=replace(MOSCOW, closed_on=MONDAY))) == []
    assert made(world=replace(WORLD, clinic=replace(MOSCOW, closed_on=date(2026, 11, 24)))) != []
    assert made(world=replace(WORLD, doctors={"d": replace(ORLOVA, clinics=("other",))})) == []


def changes(
    there: list[Slot],
    *,
    timetable: Timetable = TIMETABLE,
    world: World = WORLD,
    others: tuple[Slot, ...] = (),
    now: datetime = BEFORE,
) -> tuple[list[str], list[Slot], list[str], list[Slot]]:
    found = difference(timetable, [MONDAY], world, there=there, others=others, now=now)
    ids = ([s.id for s in slots] for slots in (found.made, found.gone))
    new, gone = ids
    return new, list(found.changed), gone, list(found.uncovered)


def test_made_again_nothing_changes() -> None:
    assert changes([]) == ([s.id for s in made()], [], [], [])
    assert changes(made()) == ([], [], [], [])


def test_today_only_what_is_to_come() -> None:
    now = datetime(2026, 11, 23, 5, 20, tzinfo=UTC)
    assert changes([], now=now)[0] == ["d-202611230540"]
    assert changes(made(), timetable=replace(TIMETABLE, plans=()), now=now)[2] == ["d-202611230540"]


def test_free_slots_follow_and_booked_ones_stay_as_they_are_known() -> None:
    """e19."""
    first, *rest = made()
    booked = replace(first, appointment_id="a")
    moved = replace(TIMETABLE, plans=(replace(TIMETABLE.plans[0], weekly=(
        replace(MORNING, room="301"),)),))  # fmt: skip
    new, changed, gone, uncovered = changes([booked, *rest], timetable=moved)
    assert (new, gone, uncovered) == ([], [], [])
    assert [(s.id, s.visit.room) for s in changed] == [(s.id, "301") for s in rest]


def test_no_slot_appears_over_a_visit_or_over_another_timetable() -> None:
    """A4: of the same doctor."""
    first, second, third = made()
    booked = replace(second, appointment_id="a")
    longer = replace(TIMETABLE, plans=(replace(TIMETABLE.plans[0], weekly=(
        replace(MORNING, minutes=30),)),))  # fmt: skip
    new, _, gone, uncovered = changes([first, booked, third], timetable=longer)
    assert (new, uncovered) == ([], []), "it is within the new hours, and both would lie over it"
    assert gone == [first.id, third.id]
    elsewhere = replace(second, id="x", timetable_id="d@other", clinic_id="other")
    assert changes([], others=(elsewhere,))[0] == [first.id, third.id]
    somebody = replace(elsewhere, doctor_id="e")
    assert len(changes([], others=(somebody,))[0]) == 3


def test_a_visit_that_is_in_nobodys_hours_is_told_of_and_never_becomes_free() -> None:
    first, *_ = made()
    booked = replace(first, appointment_id="a")
    _, changed, gone, uncovered = changes([booked], timetable=replace(TIMETABLE, plans=()))
    assert gone == []
    assert changed == uncovered == [replace(booked, closed=NOT_RECEIVING)]
    # and it is as it was when the hours come back
    assert changes(uncovered)[1:] == ([booked], [], [])


def test_on_a_closed_day_free_slots_say_why() -> None:
    """e30: somebody may have the page open."""
    first, *rest = made()
    world = replace(WORLD, closed={MONDAY: "санитарный день"})
    booked = replace(first, appointment_id="a")
    new, changed, gone, uncovered = changes([booked, *rest], world=world)
    assert (new, gone) == ([], [])
    assert {s.closed for s in changed} == {"санитарный день"}
    assert [s.id for s in uncovered] == [first.id]
    assert not any(s.free for s in changed)


def test_the_next_day_is_made_in_the_clinics_first_hour() -> None:
    """Not all timetables of a zone at one moment, and each always at the same."""
    midnight = datetime(2026, 11, 22, 21, tzinfo=UTC)
    ids = [replace(TIMETABLE, id=f"{n}@c") for n in range(50)]
    due = [next_midnight(timetable, MOSCOW, BEFORE) - midnight for timetable in ids]
    assert len(set(due)) > 40
    assert all(timedelta(minutes=5) <= at < timedelta(minutes=65) for at in due)
    assert next_midnight(TIMETABLE, MOSCOW, BEFORE) == next_midnight(TIMETABLE, MOSCOW, BEFORE)
