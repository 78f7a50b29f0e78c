"""Waiting a moment for what an event brings, and the refusal when it does not come."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.http.problems import problem_response
from services.chassis.work.arrivals import NotHereYetError, arrived

NOT_LONG = timedelta(seconds=0.2)


async def test_what_is_here_is_not_waited_for() -> None:
    async def here() -> bool:
        return True

    assert await arrived(here, within=timedelta(0))


async def test_what_comes_in_time_was_worth_the_wait() -> None:
    looks = iter([False, False, True])

    async def comes() -> bool:
        return next(looks)

    assert await arrived(comes, within=timedelta(seconds=60))


async def test_what_does_not_come_is_not_waited_for_long() -> None:
    async def never() -> bool:
        return False

    assert not await arrived(never, within=NOT_LONG)


def test_not_here_yet_is_no_conflict_and_says_when_to_come_back() -> None:
    refusal = NotHereYetError("Ещё нет.")
    answer = problem_response(refusal)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert refusal.passing, "no reason for a dead letter"
