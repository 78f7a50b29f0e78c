"""Who may book, and when a patient is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.foundation.errors import AccountBlockedError, NotConfirmedError
from services.scheduling.patients.domain import Engagement, Known, check_agenda, may_book
from services.scheduling.patients.errors import (
    OverlapError,
    ProfileNotReceivedError,
    TooManyActiveError,
)
from tests.support.services.scheduling import BEFORE, START, VISIT

KNOWN = Known("citizen-1", "Соколова Анна Сергеевна")


def engaged(minutes: int, length: int = 15) -> Engagement:
    start = START + timedelta(minutes=minutes)
    return Engagement(f"a{minutes}", start, start + timedelta(minutes=length))


def test_who_is_confirmed_may_book() -> None:
    assert may_book(KNOWN).full_name == "Соколова Анна Сергеевна"


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        (None, ProfileNotReceivedError),
        (replace(KNOWN, full_name=None), ProfileNotReceivedError),
        (replace(KNOWN, full_name=None, rejected=True), ProfileNotReceivedError),
        (replace(KNOWN, rejected=True), NotConfirmedError),
        (replace(KNOWN, blocked=True, rejected=True), AccountBlockedError),
        (replace(KNOWN, full_name=None, blocked=True), AccountBlockedError),
    ],
)
def test_others_are_told_why_not(known: Known | None, refusal: type[Exception]) -> None:
    """I9: whatever the token says."""
    with pytest.raises(refusal):
        may_book(known)


@pytest.mark.parametrize("minutes", [-14, -1, 0, 1, 14])
def test_visits_that_overlap_are_refused(minutes: int) -> None:
    with pytest.raises(OverlapError):
        check_agenda([engaged(minutes)], VISIT, limit=5, now=BEFORE)


@pytest.mark.parametrize("minutes", [-15, 15, 600])
def test_visits_one_after_another_are_fine(minutes: int) -> None:
    check_agenda([engaged(minutes)], VISIT, limit=5, now=BEFORE)


@given(st.integers(-100, 100), st.integers(1, 60))
def test_overlap_is_exactly_sharing_a_moment(minutes: int, length: int) -> None:
    other = engaged(minutes, length)
    shared = max(other.starts_at, VISIT.starts_at) < min(other.ends_at, VISIT.ends_at)
    try:
        check_agenda([other], VISIT, limit=5, now=BEFORE)
    except OverlapError:
        assert shared
    else:
        assert not shared


def test_the_limit_counts_coming_visits_only() -> None:
    """A32."""
    coming = [engaged(60 * n) for n in range(1, 5)]
    past = [engaged(-10_000 - 60 * n) for n in range(10)]
    check_agenda([*past, *coming], VISIT, limit=5, now=BEFORE)
    with pytest.raises(TooManyActiveError, match="5"):
        check_agenda([*coming, engaged(900)], VISIT, limit=5, now=BEFORE)
