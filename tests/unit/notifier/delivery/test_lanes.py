"""How hard a provider is pressed: as much as it bears, and nobody waits for it for ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways.lanes import Lane, NoPlaceError

TAKEN = Outcome(Verdict.ACCEPTED, "accepted")
BUSY = Outcome(Verdict.NOT_TAKEN, "provider-busy")
LATER = Outcome(Verdict.NOT_TAKEN, "provider-busy", retry_after=timedelta(seconds=30))
HUNG = Outcome(Verdict.UNKNOWN, "provider-timeout")
REFUSED = Outcome(Verdict.REFUSED, "recipient-refused")
FULL = Outcome(Verdict.NOT_TAKEN, "provider-busy", recipient_only=True)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def a_lane(most: int = 4, *, clock: Clock | None = None, patience: float = 0.05) -> Lane:
    found = clock or Clock()
    return Lane("sms", most, patience=timedelta(seconds=patience), clock=found)


async def visit(lane: Lane, outcome: Outcome, until: asyncio.Event | None = None) -> None:
    async with lane.visit() as here:
        if until is not None:
            await until.wait()
        here.outcome = outcome


async def test_no_more_than_so_many_are_with_the_provider_and_others_come_in_their_turn() -> None:
    lane, inside, most, order = a_lane(patience=60), 0, 0, []

    async def one(number: int) -> None:
        nonlocal inside, most
        async with lane.visit():
            inside, most = inside + 1, max(most, inside + 1)
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one(number) for number in range(20)))
    assert most == 4
    assert order == list(range(20))


@pytest.mark.parametrize("bad", [BUSY, HUNG])
async def test_a_provider_in_trouble_is_pressed_half_as_hard_down_to_one(bad: Outcome) -> None:
    clock = Clock()
    lane = a_lane(8, clock=clock)
    for limit in (4, 2, 1, 1):
        clock.now += 1
        await visit(lane, bad)
        assert lane.limit == limit


async def test_those_that_went_together_say_one_thing() -> None:
    """Eight time-outs of one moment halve it once, not eight times."""
    clock, go = Clock(), asyncio.Event()
    lane = a_lane(8, clock=clock)
    visits = [asyncio.create_task(visit(lane, HUNG, go)) for _ in range(8)]
    await asyncio.sleep(0)
    clock.now += 10
    go.set()
    await asyncio.gather(*visits)
    assert lane.limit == 4


@pytest.mark.parametrize("theirs", [REFUSED, FULL])
async def test_what_it_takes_and_refuses_makes_room_again(theirs: Outcome) -> None:
    """A recipient refused, or not taken now, says nothing against the provider.

    Somebody whose mail server always says «later» would slow down everybody's mail.
    """
    clock = Clock()
    lane = a_lane(4, clock=clock)
    for outcome in (BUSY, BUSY, BUSY):
        clock.now += 1
        await visit(lane, outcome)
    for number in range(30):
        await visit(lane, theirs if number % 2 else TAKEN)
    assert lane.limit == 4


async def test_who_finds_no_place_in_time_is_told_to_come_again() -> None:
    lane, go = a_lane(1), asyncio.Event()
    first = asyncio.create_task(visit(lane, TAKEN, go))
    await asyncio.sleep(0)
    with pytest.raises(NoPlaceError) as refused:
        await visit(lane, TAKEN)
    assert refused.value.pause > timedelta()
    go.set()
    await first
    await visit(lane, TAKEN)


async def test_while_it_says_when_to_come_back_nobody_goes() -> None:
    """Those that wait for a place are told, too, and at once."""
    clock, go = Clock(), asyncio.Event()
    lane = a_lane(1, clock=clock, patience=60)
    first = asyncio.create_task(visit(lane, LATER, go))
    await asyncio.sleep(0)
    second = asyncio.create_task(visit(lane, TAKEN))
    await asyncio.sleep(0)
    go.set()
    await first
    with pytest.raises(NoPlaceError):
        await second
    with pytest.raises(NoPlaceError) as refused:
        await visit(lane, TAKEN)
    assert refused.value.pause == timedelta(seconds=30)
    clock.now += 30
    await visit(lane, TAKEN)


async def test_who_is_stopped_while_waiting_takes_no_place() -> None:
    """Neither one that was not given yet, nor one given at this moment."""
    lane, go = a_lane(1, patience=60), asyncio.Event()
    first = asyncio.create_task(visit(lane, TAKEN, go))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(visit(lane, TAKEN)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    go.set()
    await first  # the place goes to the first of those who wait,
    waiting[0].cancel()  # who is stopped before it takes it
    for task in waiting:
        with suppress(asyncio.CancelledError):
            await task
    assert waiting[2].done()
    await visit(lane, TAKEN)
