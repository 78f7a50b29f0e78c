"""Bookings over HTTP, beside a bare route with the one conditional update that decides a booking.

Baseline: FastAPI and Motor by themselves with that update, on our server. The booking does all that
it promises: token, idempotency key, agenda, appointment, event, majority commit. `one slot for all`
is what a crowd costs: one winner, everybody else a clear refusal. Moving to another slot in one
step is held against bookings of the same turn. Both apps are processes of their
own, and so is the client (`closedloop`, about 10 µs a request); with MongoDB they share this
machine's cores.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from deploy import ROOT
from deploy.stacks.embedded.process import python
from tests.benchmarks.clinic import (
    Service,
    booking_of,
    new_citizens,
    new_slots,
    request_of,
    service,
)
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS
from tests.support.stack import ServerStack

CLIENTS: Mapping[int, int] = {1: 300, 16: 1_000, 64: 1_500, 256: 2_000}
"""How many at a time, and how many requests they make together."""
_TURNS = 1 + REPETITIONS
PATIENT = {"HTTP_LAG_SECONDS": "60", "HTTP_SECONDS": "60", "HTTP_QUEUE_SECONDS": "60"}
"""What else runs on this machine is no reason to refuse; what is, `overload` measures."""


@dataclass(frozen=True)
class Run:
    """What came of one closed loop."""

    rate: float
    times: Sequence[float]

    def milliseconds(self, quantile: int) -> float:
        """Within this so many of a hundred were answered."""
        found = sorted(self.times)
        return 1000 * found[min(len(found) - 1, len(found) * quantile // 100)]


async def run() -> list[Row]:
    """Measure in turns, so that each meets the same machine."""
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    rows: list[Row] = []
    try:
        async with service(stack, PATIENT) as running:
            for clients, count in CLIENTS.items():
                found = defaultdict[str, list[Run]](list)
                for _ in range(_TURNS):
                    found["bare"].append(await _bare(running, running.bare, clients, count))
                    found["door"].append(await _bare(running, running.port, clients, count))
                    found["booking"].append(await _bookings(running, clients, count))
                    found["known"].append(await _bookings(running, clients, count, known=True))
                    found["crowd"].append(await _crowd(running, clients, count))
                    found["moving"].append(await _moves(running, clients, count))
                rows += _rows(clients, {name: runs[1:] for name, runs in found.items()})
    finally:
        await asyncio.to_thread(stack.stop)
    return rows


def _rows(clients: int, found: Mapping[str, Sequence[Run]]) -> list[Row]:
    group = f"{clients} at a time" if clients > 1 else "one alone"

    def waited(name: str, of: str, quantile: int) -> Row:
        value = statistics.median(r.milliseconds(quantile) for r in found[of])
        return Row(name, value, "ms", None, group)

    def rate(name: str, of: str) -> Row:
        ratios = [r.rate / b.rate for r, b in zip(found[of], found["bare"], strict=True)]
        value = statistics.median(r.rate for r in found[of])
        return Row(name, value, "1/s", statistics.median(ratios), group)

    moves = [m.rate / b.rate for m, b in zip(found["moving"], found["booking"], strict=True)]
    moved = statistics.median(m.rate for m in found["moving"])
    return [
        rate("bare FastAPI, the conditional update by Motor", "bare"),
        rate("the same route in the service", "door"),
        rate("bookings, complete, of tokens never seen before", "booking"),
        rate("bookings, complete, by who has looked at their own before", "known"),
        waited("a booking, median", "booking", 50),
        waited("a booking, 99 of 100 within", "booking", 99),
        *([rate("one slot for all", "crowd")] if clients > 1 else []),
        rate("moves to another slot in one step", "moving"),
        Row("… to bookings", moved, "1/s", statistics.median(moves), group),
    ]


async def _bare(running: Service, port: int, clients: int, count: int) -> Run:
    slots = await new_slots(running.mongo, count)
    requests = [request_of(f"/bare/{slot}", b"") for slot in slots]
    return await load(port, clients, requests, {200: count})


async def _bookings(running: Service, clients: int, count: int, *, known: bool = False) -> Run:
    slots = await new_slots(running.mongo, count)
    people = await new_citizens(running.mongo, running.tokens, count)
    if known:
        await load(running.port, 16, [_own_list(who) for who in people], {200: count})
    requests = [booking_of(slot, who) for slot, who in zip(slots, people, strict=True)]
    return await load(running.port, clients, requests, {201: count})


async def _moves(running: Service, clients: int, count: int) -> Run:
    """Everybody has a visit, and moves it to a slot of their own."""
    slots = await new_slots(running.mongo, 2 * count)
    people = await new_citizens(running.mongo, running.tokens, count)
    booked = [booking_of(slot, who) for slot, who in zip(slots, people, strict=False)]
    await load(running.port, 64, booked, {201: count})
    theirs = running.mongo.db["appointments"].find({"slot_id": {"$in": slots}}, {"slot_id": 1})
    visits = {visit["slot_id"]: visit["_id"] async for visit in theirs}
    requests = [
        request_of(f"/v1/appointments/{visits[old]}/transfer", _to(new), who)
        for old, new, who in zip(slots, slots[count:], people, strict=False)
    ]
    return await load(running.port, clients, requests, {200: count})


def _to(slot_id: str) -> bytes:
    return orjson.dumps({"slot_id": slot_id})


def _own_list(token: str) -> bytes:
    head = ["GET /v1/appointments HTTP/1.1", "Host: bench", f"Authorization: Bearer {token}"]
    return "\r\n".join([*head, "", ""]).encode()


async def _crowd(running: Service, clients: int, count: int) -> Run:
    (slot,) = await new_slots(running.mongo, 1)
    people = await new_citizens(running.mongo, running.tokens, count)
    requests = [booking_of(slot, who) for who in people]
    return await load(running.port, clients, requests, {201: 1, 409: count - 1})


async def load(
    port: int, clients: int, requests: Sequence[bytes], expected: Mapping[int, int]
) -> Run:
    """Send each once.

    Raises:
        AssertionError: the answers are not the expected ones.
    """
    process = await asyncio.create_subprocess_exec(
        *python("tests.benchmarks.closedloop"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    texts = [request.decode("latin-1") for request in requests]
    asked = {"port": port, "connections": clients, "seconds": None, "requests": texts}
    said, _ = await process.communicate(orjson.dumps(asked))
    assert process.returncode == 0
    found = orjson.loads(said)
    statuses = {int(status): count for status, count in found["statuses"].items()}
    assert statuses == {s: n for s, n in expected.items() if n}, statuses
    return Run(len(requests) / found["seconds"], found["times"])
