"""Holds: how long, how many, and what is told when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.holds.domain import CitizenHold, Ended, hold
from services.scheduling.holds.errors import HoldEndedError
from services.scheduling.patients.domain import (
    Engagement,
    Held,
    HoldRule,
    MissRule,
    Patient,
    holding,
)
from services.scheduling.patients.errors import (
    OverlapError,
    TooManyActiveError,
    TooManyHoldsError,
    TooManyHoldsTodayError,
)
from services.scheduling.timetable.domain import HoldEnd
from tests.support.services.scheduling import BEFORE, SLOT, START, VISIT

TEN, TWO = timedelta(minutes=10), timedelta(minutes=2)
PATIENT = Patient("citizen-1", "Соколова Анна Сергеевна")


def _held(**at: object) -> CitizenHold:
    given = {"hold_id": "h1", "actor_id": None, "lasting": TEN, "now": BEFORE} | at
    return hold(SLOT, "citizen-1", **given)  # type: ignore[arg-type] # a builder's arguments


def test_a5_a_hold_shows_the_time_that_is_left_and_ends_before_the_visit() -> None:
    held = _held()
    assert held.seconds_left(BEFORE + timedelta(minutes=4)) == 360
    assert held.seconds_left(BEFORE + timedelta(minutes=4, milliseconds=1)) == 360
    assert held.seconds_left(BEFORE + TEN) == held.seconds_left(START) == 0
    assert _held(now=START - TWO).until == START
    assert held.end(Ended(BEFORE, HoldEnd.TAKEN)).seconds_left(BEFORE) == 0


def test_a16_the_end_is_announced_once_while_it_stands() -> None:
    held = _held()
    assert held.warns_at(TWO) == BEFORE + timedelta(minutes=8)
    assert held.warns_at(TEN) is None
    assert held.to_warn(BEFORE + timedelta(minutes=8))
    assert not held.to_warn(held.until)
    assert not replace(held, warned=True).to_warn(BEFORE)
    assert not held.end(Ended(BEFORE, HoldEnd.GIVEN_BACK)).to_warn(BEFORE)


def test_an_ended_hold_does_not_end_again() -> None:
    with pytest.raises(HoldEndedError):
        _held().end(Ended(BEFORE, HoldEnd.RUN_OUT)).standing()


RULE = HoldRule(most=2, per_day=3)
MISSES = MissRule(3, timedelta(days=180), timedelta(days=30), 1)


def _holds(patient: Patient, hold_id: str, *, limit: int = 5) -> Patient:
    held = Held(hold_id, BEFORE + TEN)
    more = {"limit": limit, "per_day": 20, "now": BEFORE, "misses": MISSES}
    return holding(patient, held, VISIT, RULE, **more)  # type: ignore[arg-type] # numbers and a rule


def test_a32_two_at_a_time_and_so_many_a_day() -> None:
    two = _holds(_holds(PATIENT, "h1"), "h2")
    with pytest.raises(TooManyHoldsError, match="не больше 2"):
        _holds(two, "h3")

    def over(patient: Patient) -> Patient:
        standing = tuple(replace(h, until=BEFORE) for h in patient.holds.standing)
        return replace(patient, holds=replace(patient.holds, standing=standing))

    three = _holds(over(two), "h3")
    assert [held.hold_id for held in three.holds.standing] == ["h3"]
    with pytest.raises(TooManyHoldsTodayError):
        _holds(over(three), "h4")
    yesterday = replace(over(three).holds, since=BEFORE - timedelta(days=1))
    assert _holds(replace(three, holds=yesterday), "h4").holds.of_day == 1


def test_what_could_not_be_booked_is_not_held() -> None:
    """A32, e26: before anything was typed in vain."""
    busy = replace(PATIENT, agenda=(Engagement("a-1", VISIT.starts_at, VISIT.ends_at),))
    with pytest.raises(OverlapError):
        _holds(busy, "h1")
    other = replace(PATIENT, agenda=(Engagement("a-1", VISIT.ends_at, VISIT.ends_at + TEN),))
    with pytest.raises(TooManyActiveError):
        _holds(other, "h1", limit=1)
