"""C13: a receipt that fails is tried again, and what anybody may know of a number."""

from __future__ import annotations

from dataclasses import replace

from services.certificates.applications.domain.states import State
from services.certificates.receipts.domain import REGISTERED_LABELS, Attempt, Registered, found
from tests.support.services.certificates.builders import CATALOGUE, NOW, a_draft, a_waiting

NUMBER = "4829-1730-5584"


def test_c13_it_is_tried_again_later_and_later_and_not_for_ever() -> None:
    attempt, waits = Attempt("app-1"), []
    while (due := (attempt := attempt.again()).next_at(NOW)) is not None:
        waits.append(due - NOW)
    assert waits == sorted(waits)
    assert len(waits) == 4
    assert len(set(waits)) == len(waits)


def test_c13_a_number_says_that_and_when_and_not_which_way() -> None:
    filed = a_waiting()
    said = {
        state: found(NUMBER, replace(filed, state=state), CATALOGUE.calendar).state
        for state in State
        if state is not State.DRAFT
    }
    assert said[State.ISSUED] is said[State.REFUSED] is said[State.WITHDRAWN] is Registered.OVER
    assert said[State.SUBMITTED] is said[State.AWAITING_PAYMENT] is Registered.UNDER_REVIEW
    day = found(NUMBER, filed, CATALOGUE.calendar).registered_on
    assert day == CATALOGUE.calendar.day_of(NOW)
    assert REGISTERED_LABELS.keys() == set(Registered)


def test_c13_a_draft_has_no_number_to_be_found_by() -> None:
    for nothing in (None, a_draft()):
        assert found(NUMBER, nothing, CATALOGUE.calendar).state is Registered.UNKNOWN
