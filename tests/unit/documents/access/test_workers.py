"""Blocking work is bounded in threads, in waiting and in time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from services.chassis.foundation.errors import TooManyRequestsError
from services.documents.access.gateways.workers import Workers


async def test_results_and_errors_come_back() -> None:
    workers = Workers("w", threads=1, waiting=1, seconds=5)
    assert await workers.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await workers.run(lambda: 1 // 0)
    await workers.close()


async def test_too_much_waiting_is_refused_with_words() -> None:
    workers = Workers("w", threads=1, waiting=1, seconds=5)
    gate = threading.Event()
    running = [asyncio.create_task(workers.run(gate.wait)) for _ in range(2)]
    await asyncio.wait(running, timeout=0)
    with pytest.raises(TooManyRequestsError):
        await workers.run(gate.wait)
    gate.set()
    assert await asyncio.gather(*running) == [True, True]
    assert await workers.run(lambda: 7) == 7
    await workers.close()


async def test_a_stuck_thread_stays_counted_when_its_caller_gave_up() -> None:
    workers = Workers("w", threads=1, waiting=0, seconds=0.01)
    gate = threading.Event()
    with pytest.raises(TimeoutError):
        await workers.run(gate.wait)
    with pytest.raises(TooManyRequestsError):
        await workers.run(lambda: 7)
    gate.set()
    await workers.close()
