"""What a missed deadline does by itself, and when (C17, e14 steps 1–4, n16, n17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.clocks import timed
from services.certificates.applications.domain.document_requests import asked
from services.certificates.applications.domain.escalations import Ladder, due_at, escalated
from services.certificates.applications.domain.parts import DocumentRequest, Step
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.domain.stations import onward
from tests.support.services.certificates.builders import (
    CATALOGUE,
    FORM_086,
    NOW,
    a_claimed,
    a_draft,
    a_waiting,
    approve,
)

LADDER = Ladder(timedelta(days=7), timedelta(hours=48), timedelta(hours=48))
HOUR = timedelta(hours=1)
ORDER = (Step.STATUS, Step.SUPPORT, Step.DEPARTMENT, Step.REAPPLY)


def pause(application: Application, at: datetime, until: datetime) -> Application:
    """The application after the citizen was asked for something, and gave it."""
    waiting = asked(
        application, DocumentRequest(("ecg",)), actor=Actor.SYSTEM, actor_id=None, now=at
    )
    return onward(
        replace(waiting, request=None),
        FORM_086,
        Move.SUPPLY_DOCUMENTS,
        actor=Actor.CITIZEN,
        actor_id=None,
        calendar=CATALOGUE.calendar,
        now=until,
    )


def steps(application: Application, until: datetime) -> list[tuple[Step, datetime]]:
    """Every step that its timers take up to then, each at its moment."""
    taken = []
    while (due := due_at(application, LADDER)) is not None and due <= until:
        assert escalated(application, LADDER, now=due - timedelta(milliseconds=1)) is None
        after = escalated(application, LADDER, now=due)
        assert after is not None
        assert after.escalation is not None
        taken.append((after.escalation.step, due))
        application = after
    return taken


def test_e14_every_step_comes_once_and_in_order() -> None:
    waiting = a_waiting()
    deadline = waiting.registered.clock.deadline_at
    taken = steps(waiting, NOW + timedelta(days=400))
    assert taken == [
        (Step.STATUS, deadline),
        (Step.SUPPORT, NOW + timedelta(days=7)),  # n16: in processing
        (Step.DEPARTMENT, NOW + timedelta(days=9)),  # n17
        (Step.REAPPLY, NOW + timedelta(days=11)),
    ]


def test_e14_who_was_away_for_a_month_hears_of_each_step_with_its_wait() -> None:
    late = escalated(a_waiting(), LADDER, now=NOW + timedelta(days=30))
    assert late is not None
    assert [e.move for e in late.history][-1] is Move.MISS
    assert due_at(late, LADDER) == NOW + timedelta(days=30)
    supported = escalated(late, LADDER, now=NOW + timedelta(days=30))
    assert supported is not None
    assert due_at(supported, LADDER) == NOW + timedelta(days=32)


def test_c17_a_clock_that_stands_still_or_has_ended_escalates_nothing() -> None:
    waiting = asked(
        a_waiting(), DocumentRequest(("ecg",)), actor=Actor.SYSTEM, actor_id=None, now=NOW
    )
    for quiet in (a_draft(), waiting, replace(approve(a_claimed()), state=State.ISSUED)):
        assert due_at(quiet, LADDER) is None
        assert escalated(quiet, LADDER, now=NOW + timedelta(days=400)) is None
    assert due_at(approve(a_claimed()), LADDER) is not None  # sealing can be late, too


hours = st.integers(0, 24 * 30)


@given(st.lists(st.tuples(hours, hours), max_size=4), st.integers(0, 24 * 60))
def test_x8_pauses_sum_and_no_step_comes_before_it_was_promised(
    waits: list[tuple[int, int]], horizon: int
) -> None:
    """Whatever the citizen was waited for is theirs: support hears seven days of ours later."""
    application, now = a_waiting(), NOW
    promised = application.registered.clock.deadline_at
    for ours, theirs in waits:
        at = now + ours * HOUR
        if application.state is not State.SUBMITTED:
            break
        now = at + theirs * HOUR
        application = pause(application, at, now)
        moved = application.registered.clock.deadline_at
        assert moved >= promised
        promised = moved
    paused = sum((p.until - p.at for p in application.registered.clock.pauses), timedelta(0))
    assert paused == sum((theirs for _, theirs in waits), 0) * HOUR
    taken = steps(application, now + horizon * HOUR)
    assert [step for step, _ in taken] == list(ORDER[: len(taken)])
    assert [at for _, at in taken] == sorted(at for _, at in taken)
    for step, at in taken:
        assert at >= promised
        if step is not Step.STATUS:
            assert at - NOW - paused >= LADDER.support


def test_timed_keeps_why_the_clock_stood_still() -> None:
    after = pause(a_waiting(), NOW + HOUR, NOW + 3 * HOUR)
    (stood,) = after.registered.clock.pauses
    assert (stood.state, stood.until - stood.at) == (State.AWAITING_DOCUMENTS, 2 * HOUR)
    assert timed(
        after, FORM_086, left=State.SUBMITTED, calendar=CATALOGUE.calendar, now=NOW
    ).registered.clock.pauses == (stood,)
