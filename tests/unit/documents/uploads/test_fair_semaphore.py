"""A few permits, shared fairly between persons. Counted, never timed."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.chassis.foundation.errors import TooManyRequestsError
from services.documents.uploads.gateways.fair_semaphore import FairSemaphore


class Works:
    """Works that go on until they are told to end, in the order in which they began."""

    def __init__(self, permits: int, *, waiting: int = 64, each: int = 20, seconds: float = 60):
        self.permits = FairSemaphore(permits, waiting=waiting, waiting_each=each, seconds=seconds)
        self.begun: list[str] = []
        self.running: list[tuple[str, asyncio.Event]] = []
        self.most: Counter[str] = Counter()
        self.tasks: list[asyncio.Task[None]] = []

    def send(self, person: str, times: int = 1) -> None:
        self.tasks += [asyncio.create_task(self._work(person)) for _ in range(times)]

    async def _work(self, person: str) -> None:
        end = asyncio.Event()
        async with self.permits.holding(person):
            self.begun.append(person)
            self.running.append((person, end))
            now = sum(name == person for name, _ in self.running)
            self.most[person] = max(self.most[person], now)
            await end.wait()
            self.running.remove((person, end))

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)  # turns of the loop, not time

    async def end_one(self) -> None:
        self.running[0][1].set()
        await self.settle()

    async def end_all(self) -> list[str]:
        await self.settle()
        while self.running:
            await self.end_one()
        await asyncio.gather(*self.tasks)
        return self.begun


async def test_persons_take_turns_whatever_each_of_them_sends() -> None:
    works = Works(1)
    works.send("anna", 14)
    await works.settle()
    works.send("boris", 2)
    works.send("vera")
    begun = await works.end_all()
    assert begun[:6] == ["anna", "boris", "vera", "anna", "boris", "anna"]
    assert len(begun) == 17


async def test_one_person_leaves_a_permit_to_others() -> None:
    works = Works(3)
    works.send("anna", 14)
    await works.settle()
    assert works.begun == ["anna"] * 2
    works.send("boris")
    await works.settle()
    assert works.begun == ["anna", "anna", "boris"]  # at once
    await works.end_all()
    assert works.most["anna"] == 2


async def test_waiting_is_bounded_for_each_and_for_all() -> None:
    works = Works(1, waiting=3, each=2)
    works.send("anna", 3)
    await works.settle()
    with pytest.raises(TooManyRequestsError, match="Вы загружаете много"):
        async with works.permits.holding("anna"):
            pass
    works.send("boris")
    await works.settle()
    with pytest.raises(TooManyRequestsError, match="Сейчас загружается"):
        async with works.permits.holding("vera"):
            pass
    assert len(await works.end_all()) == 4


async def test_who_gives_up_or_waits_too_long_leaves_the_line() -> None:
    works = Works(1, seconds=0.01)
    works.send("anna")
    await works.settle()
    with pytest.raises(TooManyRequestsError):
        async with works.permits.holding("boris"):
            pass
    gone = asyncio.create_task(works._work("vera"))
    await works.settle()
    gone.cancel()
    works.running[0][1].set()  # a permit is given in the very moment
    await asyncio.wait([gone])
    await works.end_all()
    works.send("anna")
    assert await works.end_all() == ["anna", "anna"]  # every permit is free again
    assert not works.permits._lines
    assert not works.permits._running
    assert not works.permits._last
