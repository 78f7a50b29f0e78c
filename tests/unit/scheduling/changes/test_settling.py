"""What becomes of visits: each as was said, nobody moved onto another, the rest waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.changes.domain import (
    Change,
    Counts,
    Decisions,
    Fate,
    Kind,
    State,
    movable,
    settle,
)
from services.scheduling.changes.errors import NothingToDecideError
from services.scheduling.timetable.domain import Slot
from tests.support.services.scheduling import SLOT, START

FIRST = replace(SLOT, id="first", appointment_id="a")
SECOND = replace(SLOT, id="second", appointment_id="b")
THEIRS = replace(SLOT, id="theirs", doctor_id="doctor-kuznetsov")
CHANGE = Change(
    id="c",
    clinic_id="clinic-1",
    kind=Kind.ABSENCE,
    timetable_id="t",
    since=START.date(),
    until=None,
    reason="Врач болеет.",
    decisions=Decisions(),
    by="registrar",
    at=START,
)


def fates(decisions: Decisions, *free: Slot) -> list[tuple[Fate | None, str | None]]:
    settled = settle([FIRST, SECOND], free, decisions)
    return [(one.fate, one.target.id if one.target else None) for one in settled]


def test_what_is_said_of_one_goes_before_what_is_said_of_the_rest() -> None:
    each = {"a": Fate.KEEP}
    assert fates(Decisions(Fate.CANCEL, each)) == [(Fate.KEEP, None), (Fate.CANCEL, None)]
    assert fates(Decisions(None, each)) == [(Fate.KEEP, None), (None, None)]


def test_a_free_slot_is_given_once_and_who_has_none_waits() -> None:
    """A4."""
    assert fates(Decisions(Fate.MOVE), THEIRS) == [(Fate.MOVE, "theirs"), (None, None)]
    assert movable([FIRST, SECOND], [THEIRS]) == {"first"}


def test_a_visit_moves_to_the_same_moment_and_specialty_and_rather_to_the_same_kind() -> None:
    later = replace(THEIRS.visit, starts_at=START + timedelta(minutes=15))
    unfit = (
        replace(THEIRS, visit=later),
        replace(THEIRS, specialty_code="surgeon"),
        replace(THEIRS, appointment_id="x"),
        replace(THEIRS, closed="ремонт"),
    )
    for slot in unfit:
        assert movable([FIRST], [slot]) == set(), slot
    other = replace(THEIRS, id="a-procedure", visit=replace(THEIRS.visit, kind="procedure"))
    assert fates(Decisions(Fate.MOVE), other, THEIRS)[0] == (Fate.MOVE, "theirs")


def test_a_change_waits_for_what_nobody_decided() -> None:
    counted = CHANGE.counted(Counts(kept=1, undecided=2)).counted(Counts(moved=3))
    assert counted.counts == Counts(kept=1, moved=3, undecided=2)
    waiting = counted.finished()
    assert waiting.state is State.WAITING
    again = waiting.decide(Decisions(Fate.KEEP), None)
    assert (again.state, again.counts.undecided, again.reason) == (State.APPLYING, 0, CHANGE.reason)
    done = again.counted(Counts(kept=2)).finished()
    assert (done.state, done.counts.kept) == (State.DONE, 3)
    with pytest.raises(NothingToDecideError):
        done.decide(Decisions(Fate.KEEP), None)
