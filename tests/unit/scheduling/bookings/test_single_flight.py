"""Single flight: a crowd waits for one, and shares what the one learned."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.foundation.errors import AccidentError
from services.scheduling.bookings.usecases.single_flight import SingleFlight


async def test_a_try_is_seen_until_it_ends() -> None:
    flights = SingleFlight()
    assert flights.running("slot") is None
    with flights.take_off("slot") as flight:
        assert flights.running("slot") is flight
        assert flights.running("other") is None
        waiting = asyncio.create_task(flight.over(5))
        await asyncio.sleep(0)  # one turn of the loop, no time: it begins to wait
        assert not waiting.done()
    await waiting
    assert flights.running("slot") is None


async def test_a_try_that_fails_lets_the_others_go_on() -> None:
    flights = SingleFlight()
    with pytest.raises(ZeroDivisionError), flights.take_off("slot") as flight:
        raise ZeroDivisionError
    await flight.over(0.01)
    assert flight.refusal is None
    assert flights.running("slot") is None


async def test_nobody_waits_for_ever() -> None:
    """O5: an explicit refusal, not a time-out."""
    flights = SingleFlight()
    with flights.take_off("slot") as flight, pytest.raises(AccidentError):
        await flight.over(0.01)
    with flights.take_off("slot") as flight, pytest.raises(AccidentError):
        await flight.over(-1)
