"""Minutes at the limit (O5, X1): half more bookings than scheduling can do, without a rest.

Memory is looked at when it is warm and at the end. Everybody is told in time: nobody waits longer
than the service's own limits allow, and what it said is counted against what is stored. Takes
SOAK_MINUTES, ten by default; `make bench` alone does not run it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2
from pydantic_settings import BaseSettings

from services.chassis.foundation.settings import Platform
from tests.benchmarks.clinic import Service, new_bookings, service
from tests.benchmarks.openloop import BROKEN, TIMEOUT
from tests.benchmarks.overload import BOOKED, CLOSED, CONNECTIONS, REFUSED, generate
from tests.benchmarks.row import Row
from tests.support.stack import ServerStack

ROUND_SECONDS = 10
TIMES = 1.5
WARM_SECONDS = 60
_ALLOWED = Platform().http_queue_seconds + Platform().http_seconds
PATIENCE = 2 * _ALLOWED


class _Settings(BaseSettings):
    soak_minutes: float = 10.0


@dataclass
class Soaked:
    """What has come of it so far."""

    started: float = field(default_factory=time.monotonic)
    statuses: Counter[int] = field(default_factory=Counter)
    longest: dict[int, float] = field(default_factory=dict)
    warm: float = 0.0
    now: float = 0.0
    most: float = 0.0

    def add(self, answers: Sequence[tuple[int, float, float]], memory: float) -> None:
        for status, seconds, _ in answers:
            self.statuses[status] += 1
            self.longest[status] = max(self.longest.get(status, 0.0), seconds)
        self.now, self.most = memory, max(self.most, memory)
        minutes = (time.monotonic() - self.started) / 60
        if not self.warm and minutes * 60 >= WARM_SECONDS:
            self.warm = memory
        print(f"  {minutes:5.1f} min  {memory:6.1f} MB  {dict(self.statuses)}", flush=True)


async def run() -> list[Row]:
    """Round after round; the next one is made ready while one runs."""
    minutes = _Settings().soak_minutes
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    try:
        async with service(stack, {"LOG_LEVEL": "ERROR"}) as running:
            requests = await new_bookings(running.mongo, running.tokens, CLOSED)
            able = await generate(running.port, requests, connections=CONNECTIONS)
            rate = TIMES * len(able) / max(at for _, _, at in able)
            soaked = await _soak(running, rate, minutes)
            booked = CLOSED + soaked.statuses[BOOKED]
            stored = await running.mongo.db["slots"].count_documents({"free": False})
    finally:
        await asyncio.to_thread(stack.stop)
    return [
        Row("minutes", (time.monotonic() - soaked.started) / 60, "min"),
        Row("came", rate, "1/s"),
        Row("booked", soaked.statuses[BOOKED], "requests"),
        Row("refused", soaked.statuses[REFUSED], "requests"),
        Row("waited in vain", soaked.statuses[TIMEOUT] + soaked.statuses[BROKEN], "requests"),
        Row("booked in the database, but for those who were told", stored - booked, "slots"),
        Row("booked, longest wait", soaked.longest.get(BOOKED, 0.0), "s"),
        Row("refused, longest wait", soaked.longest.get(REFUSED, 0.0), "s"),
        Row("the longest that the limits allow", _ALLOWED, "s"),
        Row("memory, warm (after a minute)", soaked.warm, "MB"),
        Row("memory, the most", soaked.most, "MB"),
        Row("memory, at the end", soaked.now, "MB"),
    ]


async def _soak(running: Service, rate: float, minutes: float) -> Soaked:
    count = int(rate * ROUND_SECONDS)
    soaked = Soaked()
    requests = await new_bookings(running.mongo, running.tokens, count)
    while time.monotonic() - soaked.started < minutes * 60:
        answers, requests = await asyncio.gather(
            generate(running.port, requests, rate=rate, patience=PATIENCE),
            new_bookings(running.mongo, running.tokens, count),
        )
        soaked.add(answers, await _memory(running.port))
    return soaked


async def _memory(port: int) -> float:
    """Megabytes that the service holds."""
    async with httpx2.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return float(text.split("\nprocess_resident_memory_bytes ")[1].split("\n")[0]) / 2**20
