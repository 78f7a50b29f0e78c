"""Who may book, and when a patient is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.patients import MISMATCHES
from services.chassis.foundation.errors import AccountBlockedError, NotConfirmedError
from services.scheduling.patients.domain import (
    Engagement,
    Known,
    Papers,
    Patient,
    Tally,
    TemporaryPolicy,
    assent_of,
    check_policy,
    engaged,
    may_book,
)
from services.scheduling.patients.errors import (
    REJECTIONS,
    OverlapError,
    PolicyRequiredError,
    ProfileNotReceivedError,
    TooManyActiveError,
    TooManyBookingsError,
)
from services.scheduling.reception.domain import Assent, Reception
from tests.support.services.scheduling import BEFORE, START, VISIT

KNOWN = Known("citizen-1", "Соколова Анна Сергеевна")


def entry(minutes: int, length: int = 15) -> Engagement:
    start = START + timedelta(minutes=minutes)
    return Engagement(f"a{minutes}", start, start + timedelta(minutes=length))


def engage(*agenda: Engagement) -> tuple[Engagement, ...]:
    patient = Patient("citizen-1", "Соколова Анна Сергеевна", agenda)
    return engaged(patient, "a-1", VISIT, limit=5, per_day=20, now=BEFORE).agenda


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


@pytest.mark.parametrize("reason", REJECTIONS)
def test_a_rejection_says_why_e22_e23_e24_e34(reason: str) -> None:
    """And what to do; a reason that nobody can do anything about here is told in general."""
    rejected = replace(KNOWN, rejected=True, reasons=("inn-mismatch", reason))
    with pytest.raises(REJECTIONS[reason]) as refused:
        may_book(rejected)
    assert (refused.value.code, refused.value.status) == (reason, 403)
    assert reason in MISMATCHES
    with pytest.raises(NotConfirmedError):
        may_book(replace(rejected, reasons=("inn-mismatch",)))


PAPERS = Papers("Ли", "Мин", date(1990, 1, 1), "temporary")
DAY = VISIT.starts_at.date()
TEMPORARY = TemporaryPolicy("123456789", DAY)


@pytest.mark.parametrize(
    ("papers", "insured", "assent"),
    [
        (None, True, Assent.BOOKING),  # confirmed before papers were told
        (PAPERS, False, Assent.CODE),
        (replace(PAPERS, snils="11223344595"), False, Assent.BOOKING),
        (replace(PAPERS, oms="7758890000000128"), True, Assent.BOOKING),
        (replace(PAPERS, temporary_policy=TEMPORARY), True, Assent.BOOKING),
        (
            replace(PAPERS, temporary_policy=replace(TEMPORARY, valid_until=DAY - timedelta(1))),
            False,
            Assent.CODE,
        ),
    ],
)
def test_who_has_no_policy_proves_who_they_are_a25_e21(
    papers: Papers | None, insured: bool, assent: Assent
) -> None:
    """A temporary number counts on the day of the visit; a clinic may ask for a policy."""
    patient = Patient("citizen-1", "Ли Мин", papers=papers)
    asks = Reception("clinic-1", policy_required=True)
    assert assent_of(patient, asks, DAY) is assent
    assert assent_of(patient, replace(asks, assent=Assent.SIGNATURE), DAY) is Assent.SIGNATURE
    check_policy(patient, Reception("clinic-1"), DAY)
    if insured:
        check_policy(patient, asks, DAY)
    else:
        with pytest.raises(PolicyRequiredError):
            check_policy(patient, asks, DAY)


@pytest.mark.parametrize("minutes", [-14, -1, 0, 1, 14])
def test_visits_that_overlap_are_refused(minutes: int) -> None:
    with pytest.raises(OverlapError):
        engage(entry(minutes))


@pytest.mark.parametrize("minutes", [-15, 15, 600])
def test_visits_one_after_another_are_fine(minutes: int) -> None:
    engage(entry(minutes))


@given(st.integers(-100, 100), st.integers(1, 60))
def test_overlap_is_exactly_sharing_a_moment(minutes: int, length: int) -> None:
    other = entry(minutes, length)
    shared = max(other.starts_at, VISIT.starts_at) < min(other.ends_at, VISIT.ends_at)
    try:
        engage(other)
    except OverlapError:
        assert shared
    else:
        assert not shared


def test_the_limit_counts_coming_visits_only() -> None:
    """A32."""
    coming = [entry(60 * n) for n in range(1, 5)]
    past = [entry(-10_000 - 60 * n) for n in range(10)]
    engage(*past, *coming)
    with pytest.raises(TooManyActiveError, match="5"):
        engage(*coming, entry(900))


def test_past_visits_leave_the_agenda() -> None:
    """It does not grow with the years."""
    mine = Engagement("a-1", VISIT.starts_at, VISIT.ends_at)
    assert engage(entry(-10_000), entry(60)) == (entry(60), mine)


def again(tally: Tally | None) -> Tally | None:
    patient = Patient("citizen-1", "Соколова Анна Сергеевна", tally=tally)
    return engaged(patient, "a-1", VISIT, limit=5, per_day=3, now=BEFORE).tally


def test_a_day_has_so_many_bookings_whatever_was_cancelled_since() -> None:
    """Else booking and cancelling leaves talons and messages without end."""
    since = BEFORE - timedelta(hours=23, minutes=30)
    assert again(None) == Tally(BEFORE, 1)
    assert again(Tally(since, 2)) == Tally(since, 3)
    with pytest.raises(TooManyBookingsError, match="не больше 3 раз") as refused:
        again(Tally(since, 3))
    assert refused.value.retry_after == 1800
    assert again(Tally(BEFORE - timedelta(days=1), 3)) == Tally(BEFORE, 1)
