"""The lightest load generator there is in Python, in a process of its own: a closed loop.

    python -m tests.benchmarks.closedloop < {"port", "connections", "seconds", "requests"}

So many connections, each sending the next request when the last one is answered: in turn, again and
again, or each once where no `seconds` are given. It looks at the status and the length of an answer
and at nothing else: about 10 µs each. It tells the statuses and how long every answer took.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import uvloop

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass
class Load:
    """One run: what is sent next, until when, and what came of it."""

    requests: Iterator[bytes]
    until: float
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One of the clients."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._transport: asyncio.WriteTransport | None = None
        self._missing = 0
        self._status = 0
        self._asked = 0.0
        self._done = False
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask again when the answer is whole. Its head is short enough to come in one piece."""
        if not self._missing:
            head, _, data = data.partition(_END)
            self._status = int(head[9:12])
            self._missing = int(head[head.index(_LENGTH) + len(_LENGTH) :].partition(b"\r")[0])
        self._missing -= len(data)
        if self._missing:
            return
        self._load.statuses[self._status] += 1
        self._load.times.append(time.perf_counter() - self._asked)
        self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        request = next(self._load.requests, None) if self._asked < self._load.until else None
        assert self._transport is not None
        if request is None:
            self._done = True
            self._transport.close()
        else:
            self._transport.write(request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Done; a connection that broke is an error of the run."""
        if exc is None and not self._done:
            exc = ConnectionResetError("closed by the server")
        if exc is None:
            self.over.set_result(None)
        else:
            self.over.set_exception(exc)


async def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Run as asked; statuses, seconds for each answer, and seconds for all."""
    requests = [text.encode("latin-1") for text in asked["requests"]]
    seconds: float | None = asked["seconds"]
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    load = (
        Load(iter(requests), math.inf)
        if seconds is None
        else Load(itertools.cycle(requests), started + seconds)
    )
    clients: list[Connection] = []
    for _ in range(asked["connections"]):
        made = await loop.create_connection(lambda: Connection(load), "127.0.0.1", asked["port"])
        clients.append(made[1])
    await asyncio.gather(*(client.over for client in clients))
    taken = time.perf_counter() - started
    times = load.times if seconds is None else []  # of a hundred thousand nobody asks for each
    return {"statuses": dict(load.statuses), "times": times, "seconds": taken}


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        said = runner.run(main(orjson.loads(sys.stdin.buffer.read())))
    sys.stdout.buffer.write(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS))
