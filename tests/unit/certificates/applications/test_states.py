"""The state machine: C14, d7."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import (
    ACTOR_LABELS,
    MOVE_LABELS,
    STATE_LABELS,
    TRANSITIONS,
    Actor,
    Move,
    State,
)
from services.certificates.applications.errors import IllegalTransitionError
from tests.support.services.certificates.builders import NOW

NOTES = {
    Move.ATTACH,
    Move.ESCALATE,
    Move.MAIL,
    Move.MATCH,
    Move.MISS,
    Move.REAPPLY,
    Move.REVOKE,
}


def in_state(state: State) -> Application:
    return Application("app-1", "citizen-1", "086u", NOW, state=state)


@given(
    st.lists(
        st.tuples(st.sampled_from(Move), st.sampled_from(Actor), st.sampled_from([None, *State])),
        max_size=30,
    )
)
def test_c14_whatever_is_tried_the_table_decides_and_the_history_tells(
    tried: list[tuple[Move, Actor, State | None]],
) -> None:
    application = in_state(State.DRAFT)
    for move, actor, to in tried:
        targets = TRANSITIONS[application.state].get(move, ())
        target = targets[-1] if targets and to is None else to
        if target not in targets:
            before = application
            with pytest.raises(IllegalTransitionError) as refused:
                application.moved(move, actor=actor, actor_id="x", now=NOW, to=to)
            assert refused.value.code == "illegal-transition"
            assert STATE_LABELS[before.state] in refused.value.detail
            continue
        application = application.moved(
            move, actor=actor, actor_id="x", now=NOW, reason="потому", to=to
        )
        assert application.state is target
        last = application.history[-1]
        assert (last.at, last.actor, last.actor_id, last.reason) == (NOW, actor, "x", "потому")
    walked = State.DRAFT
    for entry in application.history:
        assert entry.source is walked
        assert entry.target in TRANSITIONS[walked][entry.move]
        walked = entry.target
    assert walked is application.state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_c14_every_pair_is_in_the_table_or_refused(state: State, move: Move) -> None:
    application = in_state(state)
    if application.may(move):
        moved = application.moved(move, actor=Actor.SYSTEM, actor_id=None, now=NOW)
        assert moved.state is TRANSITIONS[state][move][-1]
    else:
        with pytest.raises(IllegalTransitionError):
            application.moved(move, actor=Actor.SYSTEM, actor_id=None, now=NOW)


def test_every_state_can_be_reached_and_the_last_ones_have_no_way_out() -> None:
    reached, todo = {State.DRAFT}, [State.DRAFT]
    while todo:
        for target in (t for targets in TRANSITIONS[todo.pop()].values() for t in targets):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    assert reached == set(State)
    ends = {state for state, moves in TRANSITIONS.items() if not moves}
    assert ends == {State.ISSUED, State.REFUSED, State.WITHDRAWN}


def test_every_move_is_in_the_table_or_a_mere_note() -> None:
    used = {move for moves in TRANSITIONS.values() for move in moves}
    assert used == set(Move) - NOTES


def test_d7_everything_has_a_russian_label() -> None:
    for labels, names in ((STATE_LABELS, State), (MOVE_LABELS, Move), (ACTOR_LABELS, Actor)):
        assert set(labels) == set(names)
        assert all(label[0].isupper() for label in labels.values())


@pytest.mark.parametrize("state", State)
def test_d8_a_note_changes_no_state(state: State) -> None:
    noted = in_state(state).noted(Move.PAY, actor=Actor.SYSTEM, actor_id=None, now=NOW)
    assert noted.state is state
    assert [e.move for e in noted.history] == [Move.PAY]
    assert replace(noted, history=()) == in_state(state)
