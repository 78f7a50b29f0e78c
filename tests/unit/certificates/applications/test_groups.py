"""C56: each application lies in exactly one pile."""

from __future__ import annotations

from services.certificates.applications.domain.groups import GROUPS, Group, Wanted
from services.certificates.applications.domain.states import CITIZEN_ACTIONS, State


def test_c56_every_state_is_in_one_pile() -> None:
    listed = [state for states in GROUPS.values() for state in states]
    assert sorted(listed) == sorted(State)


def test_c56_who_is_waited_for_can_do_something() -> None:
    for state in GROUPS[Group.WAITING]:
        assert CITIZEN_ACTIONS[state]


def test_c56_nothing_found_is_said_in_words() -> None:
    found = [Wanted(), *(Wanted(group) for group in GROUPS), Wanted(None, "x"), Wanted(numbers=())]
    assert all(wanted.nothing.endswith(".") for wanted in found)
    assert len({wanted.nothing for wanted in found}) == len(found)
