"""C19, n9: a video visit brings the application to its doctor; missed or off, it comes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Claim, Visit
from services.certificates.applications.domain.states import State
from services.certificates.applications.errors import (
    IllegalTransitionError,
    NotYourReviewError,
)
from services.certificates.visits import domain
from services.certificates.visits.errors import NoVisitError, VisitAheadError
from tests.support.services.certificates.builders import LEASE, NOW, ORLOVA, a_waiting

START, END = NOW + timedelta(hours=1), NOW + timedelta(hours=1, minutes=15)
VISIT = Visit("apt-1", ORLOVA.account_id, START, END)


def awaiting(visit: Visit | None = VISIT) -> Application:
    return replace(a_waiting(), state=State.AWAITING_VISIT, visit=visit)


def met() -> Application:
    begun = domain.met(awaiting(), now=START, lease=LEASE)
    assert begun is not None
    return begun


def test_a_visit_that_begins_is_on_its_doctors_desk_until_some_time_after_it() -> None:
    begun = met()
    assert begun.state is State.IN_REVIEW
    assert begun.claim is not None
    assert (begun.claim.doctor_id, begun.claim.until) == (ORLOVA.account_id, END + LEASE)
    assert begun.visit == replace(VISIT, held=True)


@pytest.mark.parametrize(
    "application",
    [
        awaiting(None),
        awaiting(replace(VISIT, starts_at=START + timedelta(seconds=1))),
        replace(awaiting(), state=State.AWAITING_DOCUMENTS),
        replace(awaiting(), state=State.WITHDRAWN),
    ],
)
def test_nothing_begins_that_is_off_moved_or_not_awaited(application: Application) -> None:
    assert domain.met(application, now=START, lease=LEASE) is None


def test_the_newest_time_counts_until_the_visit_was_held() -> None:
    later = replace(VISIT, starts_at=START + timedelta(days=1))
    assert domain.noted(awaiting(), later).visit == later
    begun = met()
    assert domain.noted(begun, later) is begun
    gone = replace(awaiting(), state=State.WITHDRAWN)
    assert domain.noted(gone, later) is gone


def test_a_visit_that_is_off_is_forgotten_and_another_is_not() -> None:
    assert domain.called_off(awaiting(), "apt-1").visit is None
    other = awaiting()
    assert domain.called_off(other, "apt-0") is other
    begun = met()
    assert domain.called_off(begun, "apt-1") is begun


def test_that_nobody_has_time_is_said_while_it_is_awaited() -> None:
    assert domain.sought(awaiting(None), NOW).visit_sought_at == NOW
    assert domain.noted(domain.sought(awaiting(None), NOW), VISIT).visit_sought_at is None
    with_time = awaiting()
    assert domain.sought(with_time, NOW) is with_time


def test_a_missed_visit_is_awaited_again() -> None:
    missed = domain.missed(met(), doctor_id=ORLOVA.account_id, now=START)
    assert (missed.state, missed.claim, missed.visit) == (State.AWAITING_VISIT, None, None)
    with pytest.raises(NoVisitError):
        domain.missed(met(), doctor_id="doctor-petrov", now=START)
    with pytest.raises(VisitAheadError):
        domain.missed(met(), doctor_id=ORLOVA.account_id, now=START - timedelta(minutes=1))
    with pytest.raises(IllegalTransitionError):
        domain.missed(missed, doctor_id=ORLOVA.account_id, now=START)


def test_a_visit_whose_claim_lapsed_is_not_taken_off_the_desk_of_another_doctor() -> None:
    claimed = replace(met(), claim=Claim("doctor-petrov", END + LEASE))
    with pytest.raises(NotYourReviewError):
        domain.missed(claimed, doctor_id=ORLOVA.account_id, now=END)
