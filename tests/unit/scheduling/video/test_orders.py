"""An order of a video visit: looked for the more rarely, the longer there is no time (C19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.video.domain import Order, Window
from tests.support.services.scheduling import BEFORE, VISIT, booked

ORDER = Order("app-1", "citizen-1", "clinic-1", ("therapist",), BEFORE)
SHORTEST = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("waited", "pause"),
    [(0, SHORTEST), (40, SHORTEST), (100, timedelta(minutes=10)), (6000, timedelta(hours=1))],
)
def test_it_is_looked_for_the_more_rarely_the_longer_it_waits(
    waited: int, pause: timedelta
) -> None:
    awaited = replace(ORDER, awaited_at=BEFORE)
    assert awaited.pause(BEFORE + timedelta(minutes=waited), SHORTEST) == pause
    assert ORDER.pause(BEFORE, SHORTEST) == SHORTEST


def test_a_visit_that_is_off_is_followed_by_a_later_one() -> None:
    visit = booked()
    after = ORDER.booked(visit).lost(visit)
    assert (after.appointment_id, after.slot_id) == (None, None)
    assert after.not_before > visit.visit.starts_at


def test_an_order_anew_keeps_what_stands_and_tells_of_it_again() -> None:
    known = replace(ORDER.booked(booked()), revision=3, version=2)
    stands, missed = (known.again(ORDER, stands=s) for s in (True, False))
    assert (stands.appointment_id, stands.slot_id) == ("a-1", None)
    assert (missed.appointment_id, missed.revision, missed.version) == (None, 3, 2)


def test_the_room_is_open_some_minutes_before_and_after() -> None:
    window = Window.of(VISIT)
    for moment, opened in (
        (VISIT.starts_at - timedelta(minutes=10, seconds=1), False),
        (VISIT.starts_at - timedelta(minutes=10), True),
        (VISIT.ends_at + timedelta(minutes=14, seconds=59), True),
        (VISIT.ends_at + timedelta(minutes=15), False),
    ):
        assert window.open(moment) is opened
