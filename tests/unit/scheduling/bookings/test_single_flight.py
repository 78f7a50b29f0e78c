"""Turns: a crowd waits for one, and shares what the one learned."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.foundation.errors import AccidentError
from services.scheduling.bookings.usecases.single_flight import Turns


async def test_a_turn_is_seen_until_it_ends() -> None:
    turns = Turns()
    assert turns.running("slot") is None
    with turns.take("slot") as turn:
        assert turns.running("slot") is turn
        assert turns.running("other") is None
        waiting = asyncio.create_task(turn.over(5))
        await asyncio.sleep(0)  # one turn of the loop, no time: it begins to wait
        assert not waiting.done()
    await waiting
    assert turns.running("slot") is None


async def test_a_turn_that_fails_lets_the_others_go_on() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.take("slot") as turn:
        raise ZeroDivisionError
    await turn.over(0.01)
    assert turn.refusal is None
    assert turns.running("slot") is None


async def test_nobody_waits_for_ever() -> None:
    """O5: an explicit refusal, not a time-out."""
    turns = Turns()
    with turns.take("slot") as turn, pytest.raises(AccidentError):
        await turn.over(0.01)
    with turns.take("slot") as turn, pytest.raises(AccidentError):
        await turn.over(-1)
