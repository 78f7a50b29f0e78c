"""Which of two events of an aggregate is the newer one (E4, E8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.work.inbox import REACH, EventPosition

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HIGHEST = 2**31 - 1


def at(seq: int, offset: int | None, seconds: float = 0, partition: str = "t/0") -> EventPosition:
    """A position so many seconds after noon."""
    return EventPosition(seq, partition, offset, NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("new", "old", "newer"),
    [
        (at(5, 9), at(4, 8), True),
        (at(4, 9), at(4, 8), False),
        (at(4, 9, -60), at(5, 8), False),
        (at(4, 9, 0.1), at(5, 8), False),
        (at(4, 9, 60), at(5, 8), True),
        (at(2, 9), at(HIGHEST, 8), True),
        (at(2, 9), at(2 + REACH, 8), False),
        (at(2, 7), at(HIGHEST, 8), False),
        (at(2, None, 60), at(HIGHEST, 8), False),
        (at(2, 9, 60, "t/1"), at(HIGHEST, 8), False),
    ],
    ids=[
        "the next",
        "the same",
        "told late",
        "told late by a clock that is a little ahead",
        "the true one after a jump of one",
        "the true one after a jump to the end",
        "a thousand behind is no jump",
        "earlier in the partition",
        "a replayed dead letter",
        "another partition",
    ],
)
def test_what_is_newer(new: EventPosition, old: EventPosition, newer: bool) -> None:
    assert new.after(old) is newer


@given(st.integers(1, HIGHEST), st.integers(0, 10**6))
def test_no_number_shuts_the_next_true_event_out(forged: int, ahead: int) -> None:
    """Whatever was written, the producer's next word counts: a second later at the latest."""
    jumped = EventPosition(forged, "t/0", 8, NOON)
    assert at(max(1, forged - ahead), 9, 1.1).after(jumped)
