"""Twice as many bookings as the service can do (O5): with its limits, and with none.

Closed loop first: what it can do. Then an open loop of twice that, from another process, against
a fresh service each time. Nobody may wait in vain: a request that is not answered within 5 s is a
timeout, as it would be in somebody's browser. Service, MongoDB and generator share the machine.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from deploy import ROOT
from deploy.stacks.embedded.process import python
from tests.benchmarks.clinic import new_bookings, service
from tests.benchmarks.openloop import BROKEN, TIMEOUT
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS
from tests.support.stack import ServerStack

SECONDS = 10
TIMES = 2.0
PATIENCE = 5.0
CLOSED = 800
CONNECTIONS = 32
BOOKED, REFUSED = 201, 503
_NO_LIMIT = "1000000"
NO_LIMITS = {
    "HTTP_CONCURRENCY": _NO_LIMIT,
    "HTTP_QUEUE": _NO_LIMIT,
    "HTTP_SECONDS": _NO_LIMIT,
    "HTTP_LAG_SECONDS": _NO_LIMIT,
    "HTTP_CONNECTIONS": _NO_LIMIT,
}


@dataclass(frozen=True)
class Outcome:
    """What came of one open loop of twice the capacity."""

    capacity: float
    answers: Sequence[tuple[int, float, float]]

    def per_second(self, *statuses: int) -> float:
        """Answers while the crowd came; what came later is no use to a rate."""
        return sum(s in statuses and at <= SECONDS for s, _, at in self.answers) / SECONDS

    def count(self, *statuses: int) -> int:
        """How many in all."""
        return sum(s in statuses for s, _, _ in self.answers)

    def milliseconds(self, quantile: int, *statuses: int) -> float:
        """How long these waited; 0 when there are none."""
        found = sorted(seconds for s, seconds, _ in self.answers if s in statuses)
        return 1000 * found[min(len(found) - 1, len(found) * quantile // 100)] if found else 0.0


async def run() -> list[Row]:
    """Measure in turns, so that each meets the same machine."""
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    try:
        runs: dict[str, list[Outcome]] = {"limits": [], "no limits": []}
        for _ in range(REPETITIONS):
            runs["limits"].append(await _crowd(stack, {}))
            runs["no limits"].append(await _crowd(stack, NO_LIMITS))
    finally:
        await asyncio.to_thread(stack.stop)
    unexpected = {s for o in runs["limits"] for s, _, _ in o.answers} - {BOOKED, REFUSED, TIMEOUT}
    assert not unexpected, unexpected
    return [row for name, outcomes in runs.items() for row in _rows(name, outcomes)]


def _rows(group: str, outcomes: Sequence[Outcome]) -> list[Row]:
    def row(name: str, unit: str, value: Callable[[Outcome], float]) -> Row:
        return Row(name, statistics.median(value(o) for o in outcomes), unit, None, group)

    def rate(name: str, value: Callable[[Outcome], float]) -> Row:
        found = statistics.median(value(o) for o in outcomes)
        ratio = statistics.median(value(o) / o.capacity for o in outcomes)
        return Row(name, found, "1/s", ratio, group)

    return [
        rate("booked by 32 who wait for each other: what it can do", lambda o: o.capacity),
        rate("of twice that: booked while they came", lambda o: o.per_second(BOOKED)),
        rate("of twice that: refused while they came", lambda o: o.per_second(REFUSED)),
        row("booked, median wait", "ms", lambda o: o.milliseconds(50, BOOKED)),
        row("booked, 99 of 100 within", "ms", lambda o: o.milliseconds(99, BOOKED)),
        row("refused, median wait", "ms", lambda o: o.milliseconds(50, REFUSED)),
        row("refused, 99 of 100 within", "ms", lambda o: o.milliseconds(99, REFUSED)),
        row("waited in vain", "requests", lambda o: o.count(TIMEOUT, BROKEN)),
    ]


async def _crowd(stack: ServerStack, limits: Mapping[str, str]) -> Outcome:
    """What it can do now, and then what comes of twice that."""
    async with service(stack, {**limits, "LOG_LEVEL": "ERROR"}) as running:
        requests = await new_bookings(running.mongo, running.tokens, CLOSED)
        able = await generate(running.port, requests, connections=CONNECTIONS)
        capacity = sum(s == BOOKED for s, _, _ in able) / max(at for _, _, at in able)
        count = int(TIMES * capacity * SECONDS)
        requests = await new_bookings(running.mongo, running.tokens, count)
        return Outcome(capacity, await generate(running.port, requests, rate=TIMES * capacity))


async def generate(
    port: int,
    requests: Sequence[bytes],
    *,
    rate: float | None = None,
    connections: int = 0,
    patience: float = PATIENCE,
) -> list[tuple[int, float, float]]:
    """Send them from another process; see `openloop`."""
    asked = {
        "port": port,
        "rate": rate,
        "connections": connections,
        "patience": patience,
        "requests": [r.decode("latin-1") for r in requests],
    }
    process = await asyncio.create_subprocess_exec(
        *python("tests.benchmarks.openloop"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    said, _ = await process.communicate(orjson.dumps(asked))
    assert process.returncode == 0
    return [(status, seconds, at) for status, seconds, at in orjson.loads(said)]
