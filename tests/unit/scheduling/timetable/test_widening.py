"""What people give way in, where nothing fits: days, hours, the doctor, then the rest (A20)."""

from __future__ import annotations

from datetime import date

from services.scheduling.known.domain import Place, Wanted
from services.scheduling.timetable.domain import ClosedDay, FreeTime, Lack
from services.scheduling.timetable.usecases.widening import all_closed, widenings

_PLACE = Place(55.77, 37.61)
_FIRST, _LAST = date(2038, 3, 8), date(2038, 3, 9)


def test_the_profile_is_kept_and_one_wish_less_is_asked_each_time() -> None:
    wanted = Wanted(specialty="therapist", clinic_id="clinic-1", experience=10)
    when = FreeTime("doctor-orlova", _FIRST, _LAST, None, (480, 600))
    found = [*widenings(wanted, when, _PLACE)]
    assert [step.lack for step in found] == [
        Lack.OUTSIDE,
        Lack.OUTSIDE,
        Lack.HOURS,
        Lack.HOURS,
        Lack.NOT_HERE,
        Lack.TOO_NARROW,
    ]
    assert {step.wanted.specialty for step in found} == {"therapist"}
    assert [*widenings(Wanted(), FreeTime(), None)] == [], "nothing was asked for"
    assert [*widenings(Wanted(), FreeTime("nobody"), None)] == [], "of no known profile"


def test_days_are_closed_where_each_clinic_is_on_each_of_them() -> None:
    when = FreeTime(since=_FIRST, until=_LAST)
    everywhere = [ClosedDay(day, "Праздник") for day in (_FIRST, _LAST)]
    assert all_closed(when, everywhere, [])
    assert not all_closed(when, everywhere[:1], [])
    here = [ClosedDay(day, "Ремонт", "clinic-1") for day in (_FIRST, _LAST)]
    assert all_closed(when, here, ["clinic-1"])
    assert not all_closed(when, here, ["clinic-1", "clinic-2"])
    assert not all_closed(FreeTime(since=_FIRST), everywhere, [])
    assert not all_closed(FreeTime(since=_LAST, until=_FIRST), everywhere, [])
