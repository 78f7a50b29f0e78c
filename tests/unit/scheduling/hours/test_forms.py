"""What a timetable may look like, and that all that is wrong is said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.chassis.foundation.errors import InvalidInputError
from services.scheduling.hours.domain.forms import (
    PlanForm,
    StretchForm,
    absence_of,
    exception_of,
    plans_of,
)

MORNING = StretchForm("08:00", "13:00", "214", "first", 15, 1)
ROOMS = {"214", "215"}


def wrong(*weekly: StretchForm, **over: object) -> dict[str, str]:
    form = replace(PlanForm("2027-01-11", None, weekly), **over)  # type: ignore[arg-type] # fields by name
    return refused([form])


def refused(forms: list[PlanForm]) -> dict[str, str]:
    try:
        plans_of(forms, ROOMS)
    except InvalidInputError as error:
        found = [(e.pointer, e.code) for e in error.errors]
    else:
        found = []
    assert len(dict(found)) == len(found), "each place is named once"
    return dict(found)


def test_a_form_becomes_plans_by_their_first_day() -> None:
    later = PlanForm("2027-02-01", None, [MORNING])
    sooner = PlanForm("2027-01-11", "2027-01-31", [MORNING, replace(MORNING, weekday=2)])
    found = plans_of([later, sooner], ROOMS)
    assert [len(plan.weekly) for plan in found] == [2, 1]
    assert plans_of([], ROOMS) == ()


def test_everything_that_is_wrong_is_named_at_once() -> None:
    bad = StretchForm("25:00", "8:00", "999", "chat", 3, 8)
    assert wrong(bad, replace(MORNING, weekday=None), valid_from="2027-02-29") == {
        "/plans/0/valid_from": "date",
        "/plans/0/weekly/0/begins": "time",
        "/plans/0/weekly/0/ends": "time",
        "/plans/0/weekly/0/room": "room-unknown",
        "/plans/0/weekly/0/kind": "visit-kind-unknown",
        "/plans/0/weekly/0/minutes": "minutes",
        "/plans/0/weekly/1/weekday": "weekday",
    }


@pytest.mark.parametrize(
    ("others", "overlaps"),
    [
        ((("13:00", "14:00", 1),), False),
        ((("12:45", "14:00", 1),), True),
        ((("08:00", "13:00", 2),), False),
        ((("22:00", "08:00", 7),), False),
        ((("22:00", "08:15", 7),), True),
        ((("00:00", "00:00", 2),), False),
        ((("00:00", "00:00", 1),), True),
    ],
)
def test_hours_may_not_overlap_and_a_week_goes_round(
    others: tuple[tuple[str, str, int], ...], overlaps: bool
) -> None:
    more = [StretchForm(b, e, "214", "first", 15, day) for b, e, day in others]
    assert bool(wrong(MORNING, *more)) is overlaps


def test_plans_may_not_be_valid_on_the_same_day() -> None:
    first = PlanForm("2027-01-11", "2027-01-31", [MORNING])
    assert refused([first, PlanForm("2027-02-01", None, [MORNING])]) == {}
    assert refused([first, PlanForm("2027-01-31", None, [MORNING])]) == {
        "/plans/1/valid_from": "overlap"
    }
    assert wrong(MORNING, valid_until="2027-01-10") == {"/plans/0/valid_until": "order"}


def test_a_stretch_has_room_for_a_visit() -> None:
    assert wrong(replace(MORNING, ends="08:10")) == {"/plans/0/weekly/0/ends": "too-short"}


def test_a_form_has_bounds() -> None:
    plans = [PlanForm("2027-01-11", None, [])] * 13
    assert refused(plans)["/plans"] == "too-many"
    assert wrong(*([MORNING] * 71))["/plans/0/weekly"] == "too-many"


def test_a_day_that_differs() -> None:
    extra = replace(MORNING, weekday=None, begins="18:00", ends="20:00")
    found = exception_of("2028-02-29", [extra], ROOMS, extra=True, reason=None)
    assert (len(found.stretches), found.extra) == (1, True)
    assert exception_of("2028-02-29", [], ROOMS, extra=False, reason="учёба").stretches == ()
    with pytest.raises(InvalidInputError) as raised:
        exception_of("2027-02-29", [], ROOMS, extra=True, reason=None)
    assert {e.pointer for e in raised.value.errors} == {"/day", "/stretches"}
    overlapping = [extra, replace(extra, begins="19:00", ends="21:00")]
    with pytest.raises(InvalidInputError):
        exception_of("2028-02-29", overlapping, ROOMS, extra=False, reason=None)


def test_an_absence_ends_after_it_begins() -> None:
    assert absence_of("a", "2027-01-11", "2027-01-11", "отпуск", None).covers(date(2027, 1, 11))
    for since, until in (("2027-01-11", "2027-01-10"), ("2027-01-11", "2028-12-31")):
        with pytest.raises(InvalidInputError):
            absence_of("a", since, until, "отпуск", None)
