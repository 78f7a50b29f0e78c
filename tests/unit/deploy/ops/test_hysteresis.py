"""O4: the state of a component over time; one missed look is not an outage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deploy.watch.ops.components import State, Verdict
from deploy.watch.ops.hysteresis import Belief

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WORKS, DOWN = Verdict(State.WORKS), Verdict(State.DOWN, ("Нельзя.",))
IMPAIRED = Verdict(State.IMPAIRED, ("Медленно.",))


def after(belief: Belief, *verdicts: Verdict) -> Belief:
    """Looks every five seconds, beginning a minute after noon."""
    for number, verdict in enumerate(verdicts):
        belief = belief.seen(verdict, NOON + timedelta(seconds=60 + 5 * number), confirm=2)
    return belief


def seconds(count: int) -> datetime:
    return NOON + timedelta(seconds=60 + count)


WORKING = Belief(NOON, State.WORKS, changed=True)


def test_before_the_first_look_nothing_is_known() -> None:
    assert Belief(NOON).state is State.UNKNOWN


def test_the_first_look_that_finds_it_well_is_enough_but_is_no_seen_change() -> None:
    belief = after(Belief(NOON), WORKS)
    assert (belief.state, belief.since, belief.changed) == (State.WORKS, NOON, False)


def test_the_first_look_that_finds_it_ill_is_not_enough() -> None:
    assert after(Belief(NOON), DOWN).state is State.UNKNOWN
    belief = after(Belief(NOON), DOWN, DOWN)
    assert (belief.state, belief.since, belief.changed) == (State.DOWN, NOON, False)


def test_one_missed_look_changes_nothing() -> None:
    belief = after(WORKING, DOWN, WORKS, DOWN, WORKS)
    assert (belief.state, belief.since, belief.doubts) == (State.WORKS, NOON, 0)


def test_two_in_a_row_are_an_outage_that_began_with_the_first() -> None:
    belief = after(WORKING, WORKS, DOWN, DOWN)
    assert (belief.state, belief.since, belief.changed) == (State.DOWN, seconds(5), True)
    assert belief.reasons == ("Нельзя.",)


def test_whoever_wavers_between_two_kinds_of_ill_is_ill() -> None:
    assert after(WORKING, DOWN, IMPAIRED).state is State.IMPAIRED
    assert after(WORKING, IMPAIRED, DOWN).state is State.DOWN


def test_it_is_well_again_after_two_looks() -> None:
    down = after(WORKING, DOWN, DOWN)
    assert after(down, WORKS).state is State.DOWN
    belief = after(down, WORKS, WORKS)
    assert (belief.state, belief.since, belief.reasons) == (State.WORKS, seconds(0), ())


def test_the_reason_may_change_while_the_state_stays() -> None:
    impaired = after(WORKING, IMPAIRED, IMPAIRED)
    other = after(impaired, Verdict(State.IMPAIRED, ("Иначе.",)))
    assert (other.since, other.reasons) == (impaired.since, ("Иначе.",))
