"""A load generator in a process of its own: reads what to send on stdin, tells what came of it.

    python -m tests.benchmarks.openloop < {"port", "rate", "connections", "patience", "requests"}

With a `rate` the loop is open: requests leave at that rate (as people come: at random), whether
or not earlier ones were answered, and time is counted from when each was due. Without one it is
closed: so many connections, each waiting for its answer. Nothing is asked twice.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvloop

TIMEOUT, BROKEN = 0, -1
"""What stands for a status where there is none."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Load:
    """One run."""

    port: int
    patience: float
    idle: list[Connection] = field(default_factory=list)
    outcomes: list[tuple[int, float, float]] = field(default_factory=list)
    """Status, seconds from when it was due, seconds from the start to the answer."""
    started: float = 0.0

    async def open(self, requests: list[bytes], rate: float) -> None:
        """Send at this rate."""
        dice = random.Random(5)
        due = self.started = time.perf_counter()
        tasks = []
        for request in requests:
            due += dice.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))  # the load itself
            tasks.append(asyncio.create_task(self._one(request, due)))
        await asyncio.gather(*tasks)

    async def closed(self, requests: list[bytes], connections: int) -> None:
        """Send over so many connections, one after the other on each."""
        jobs = iter(requests)
        self.started = time.perf_counter()

        async def worker() -> None:
            for request in jobs:
                await self._one(request, time.perf_counter())

        await asyncio.gather(*(worker() for _ in range(connections)))

    async def _one(self, request: bytes, due: float) -> None:
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self.patience):
                connection = self.idle.pop() if self.idle else await self._connect()
                status, keep = await _ask(connection, request)
        except TimeoutError:
            status, keep = TIMEOUT, False
        except (OSError, EOFError):
            status, keep = BROKEN, False
        now = time.perf_counter()
        self.outcomes.append((status, now - due, now - self.started))
        if keep and connection is not None:
            self.idle.append(connection)
        elif connection is not None:
            connection[1].close()

    async def _connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self.port)


async def _ask(connection: Connection, request: bytes) -> tuple[int, bool]:
    reader, writer = connection
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
    return int(head[9:12]), b"connection: close" not in head


async def main(asked: dict[str, Any]) -> None:
    """Run as asked."""
    load = Load(asked["port"], asked["patience"])
    requests = [text.encode("latin-1") for text in asked["requests"]]
    if asked["rate"]:
        await load.open(requests, asked["rate"])
    else:
        await load.closed(requests, asked["connections"])
    sys.stdout.buffer.write(orjson.dumps(load.outcomes))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(orjson.loads(sys.stdin.buffer.read())))
