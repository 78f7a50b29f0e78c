"""What a review is, and what it does to a rating (A35)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.bookings.domain.appointment import Status
from services.scheduling.known.domain import Doctor
from services.scheduling.reviews.domain import State, rated, written
from services.scheduling.reviews.errors import (
    NotAttendedError,
    ReviewDecidedError,
    ReviewRewrittenError,
)
from tests.support.services.scheduling import START, booked

DOCTOR = Doctor("doctor-1", "Орлова", None, ("clinic-1",), ("therapist",), 2009)
MINUTE = timedelta(minutes=1)
ATTENDED = replace(booked(), status=Status.ATTENDED)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ATTENDED])
def test_only_who_was_there_reviews(status: Status) -> None:
    with pytest.raises(NotAttendedError):
        written(replace(booked(), status=status), 5, None, START)


def test_stars_are_shown_at_once_and_words_when_they_were_read() -> None:
    assert written(ATTENDED, 5, None, START).state is State.SHOWN
    review = written(ATTENDED, 4, "Внимательно", START)
    assert review.state is State.WAITING
    shown = review.decided("support-1", None, read=START)
    assert shown.state is State.SHOWN
    assert shown.rewritten(3, "Внимательно", START).state is State.SHOWN, "the same words"
    assert shown.rewritten(3, "Другое", START).state is State.WAITING
    with pytest.raises(ReviewDecidedError):
        shown.decided("support-1", "Оскорбление", read=START)
    rejected = review.decided("support-1", "Оскорбление", read=START)
    assert rejected.rewritten(3, "Иначе", START).reason is None


def test_words_that_nobody_read_are_not_decided_about() -> None:
    other = written(ATTENDED, 4, "Внимательно", START).rewritten(4, "Иначе", START + MINUTE)
    with pytest.raises(ReviewRewrittenError):
        other.decided("support-1", None, read=START)
    assert other.decided("support-1", None, read=START + MINUTE).state is State.SHOWN


def test_a_rating_is_the_mean_of_what_counts() -> None:
    review = written(ATTENDED, 4, "Внимательно", START)
    one = rated(DOCTOR, None, review)
    assert (one.rating, one.reviews) == (4.0, 1)
    two = rated(one, None, written(ATTENDED, 5, None, START))
    assert (two.rating, two.reviews) == (4.5, 2)
    after = rated(two, review, review.rewritten(2, "Внимательно", START))
    assert (after.rating, after.reviews) == (3.5, 2)
    rejected = rated(two, review, review.decided("support-1", "Оскорбление", read=START))
    assert (rejected.rating, rejected.reviews) == (5.0, 1)
    gone = rated(one, review, review.withdrawn())
    assert (gone.rating, gone.reviews) == (None, 0)


def test_the_best_are_first_and_of_equals_those_of_whom_more_say_so() -> None:
    ranks = [
        replace(DOCTOR, stars=stars, reviews=reviews).rank
        for stars, reviews in ((0, 0), (3, 1), (45, 10), (5, 1), (50, 10))
    ]
    assert ranks == sorted(ranks)
