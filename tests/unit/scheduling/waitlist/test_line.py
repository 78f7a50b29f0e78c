"""Who waits for which slot, and how long it is held for them (A17, A18, A37)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.scheduling.timetable.domain import Slot
from services.scheduling.waitlist.domain import (
    EndedBy,
    Sought,
    State,
    Wait,
    check_days,
    check_line,
    offer,
)
from services.scheduling.waitlist.errors import (
    DaysPastError,
    DaysTooFarError,
    NoOfferError,
    TooManyWaitsError,
    WaitingAlreadyError,
)
from tests.support.services.scheduling import SLOT, START, VISIT

USUAL = timedelta(minutes=15)
DAY = date(2026, 11, 23)
ORLOVA = Sought(DAY, DAY, doctor_id="doctor-orlova")
THERAPIST = Sought(DAY, DAY, specialty="therapist", clinic_ids=("clinic-2", "clinic-1"))


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A moment of Moscow."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=3)


def slot_at(moment: datetime) -> Slot:
    ends = moment + timedelta(minutes=15)
    return replace(SLOT, visit=replace(VISIT, starts_at=moment, ends_at=ends))


def wait(sought: Sought = ORLOVA) -> Wait:
    return Wait("w-1", "citizen-1", sought, START - timedelta(days=5), sought.keys)


@pytest.mark.parametrize(
    ("sought", "fits"),
    [
        (ORLOVA, True),
        (THERAPIST, True),
        (replace(ORLOVA, doctor_id="doctor-belova"), False),
        (replace(THERAPIST, specialty="cardiologist"), False),
        (replace(THERAPIST, clinic_ids=("clinic-2",)), False),
        (replace(ORLOVA, since=date(2026, 11, 24), until=date(2026, 11, 25)), False),
        (replace(ORLOVA, begins=(9 * 60, 9 * 60 + 1)), True),
        (replace(ORLOVA, begins=(9 * 60 + 1, 18 * 60)), False),
        (replace(ORLOVA, begins=(22 * 60, 9 * 60 + 30)), True),
        (replace(ORLOVA, kind="video"), False),
    ],
)
def test_which_slots_are_waited_for(sought: Sought, fits: bool) -> None:
    """A17: the slot is at 9:00 in Moscow."""
    assert wait(sought).wants(SLOT) is fits
    assert not wait(sought).passes(SLOT.id).wants(SLOT)


@pytest.mark.parametrize(
    ("now", "visit", "until", "short"),
    [
        (at(12), at(12, day=25), at(12, 15), False),
        (at(21, 59), at(12, day=25), at(22, 14), False),
        (at(22), at(12, day=25), at(8, 15, day=24), False),
        (at(3, day=24), at(12, day=25), at(8, 15, day=24), False),
        (at(8, day=24), at(12, day=25), at(8, 15, day=24), False),
        (at(12), at(12, 20), at(12, 10), True),  # half of the time that is left
        (at(23), at(9, day=24), at(4, day=24), True),
    ],
)
def test_how_long_an_offer_stands(
    now: datetime,
    visit: datetime,
    until: datetime,
    short: bool,
) -> None:
    """A18: minutes by day, the morning by night, less where the visit is near."""
    made = offer(slot_at(visit), now, USUAL)
    assert made is not None
    assert (made.until, made.short) == (until, short)


def test_time_that_is_too_near_is_everybodys_at_once() -> None:
    """A18: nobody can answer in a minute."""
    assert offer(slot_at(at(12, 3)), at(12), USUAL) is None


def test_only_an_offer_that_stood_its_time_counts_as_missed() -> None:
    made = offer(SLOT, START - timedelta(days=1), USUAL)
    assert made is not None
    offered = wait().offered(made)
    assert (offered.state, offered.standing()) == (State.OFFERED, made)
    after = offered.missed_one()
    assert (after.state, after.missed, after.offer) == (State.WAITING, 1, None)
    assert offered.offered(replace(made, short=True)).missed_one().missed == 0
    with pytest.raises(NoOfferError):
        after.standing()
    over = offered.end(EndedBy.BOOKED, START, "a-1")
    assert (over.open, over.offer, over.visit_id) == (False, None, "a-1")


def test_days_that_can_come() -> None:
    """A17, e28."""
    check_days(ORLOVA, DAY, 60)
    check_days(ORLOVA, DAY - timedelta(days=60), 60)
    with pytest.raises(DaysPastError):
        check_days(ORLOVA, DAY + timedelta(days=1), 60)
    with pytest.raises(DaysPastError):
        check_days(replace(ORLOVA, since=date(2026, 11, 30)), DAY, 60)
    with pytest.raises(DaysTooFarError):
        check_days(ORLOVA, DAY - timedelta(days=61), 60)


def test_one_place_for_the_same_slots_and_not_too_many() -> None:
    """A17, A32."""
    with pytest.raises(WaitingAlreadyError):
        check_line(replace(ORLOVA, since=DAY - timedelta(days=3)), [wait()], 5)
    check_line(THERAPIST, [wait()], 5)
    check_line(replace(ORLOVA, kind="video"), [wait(replace(ORLOVA, kind="first"))], 5)
    with pytest.raises(TooManyWaitsError):
        check_line(THERAPIST, [wait()], 1)
