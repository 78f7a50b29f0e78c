"""Bookings per second over HTTP, against the one conditional update that decides each of them.

Baseline: that update alone, by the same Motor client with the same concurrency. The booking does
all that a booking promises: token, idempotency key, agenda, appointment, event, majority commit.
`one slot for all` is what a crowd costs: one winner, everybody else a clear refusal.
Client, service and MongoDB share this machine's cores; the client is a bare socket.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import orjson
import uvicorn
from fastapi import APIRouter, FastAPI

from deploy.stacks.embedded.ports import free_ports
from services.chassis.database.client import Collection, Mongo
from services.chassis.foundation import clock
from services.chassis.http.facilities import find
from services.chassis.http.limits.connections import listening, server_options
from services.chassis.runtime.service import Runtime
from services.scheduling.app import build
from services.scheduling.settings import Settings
from services.scheduling.timetable.domain import Slot, Visit
from services.scheduling.timetable.store.slots import to_document
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS
from tests.support.service import Collector, Tokens, fresh_database, platform_of
from tests.support.stack import ServerStack

BOOKINGS = 1_000
CONNECTIONS = 32
UNIT = "1/s"


async def run() -> list[Row]:
    """Measure in turns, so that each meets the same machine."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # there is no Kafka here, on purpose
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    try:
        rates: dict[str, list[float]] = {"bare": [], "route": [], "booking": [], "crowd": []}
        async with _service(stack) as (port, mongo, tokens):
            for _ in range(REPETITIONS):
                rates["bare"].append(await _bare(mongo))
                rates["route"].append(await _bare_route(port, mongo))
                rates["booking"].append(await _bookings(port, mongo, tokens))
                rates["crowd"].append(await _crowd(port, mongo, tokens))
    finally:
        await asyncio.to_thread(stack.stop)
    bare, route, booking, crowd = (statistics.median(r) for r in rates.values())
    return [
        Row("conditional update by Motor (baseline)", bare, UNIT, 1.0),
        Row("the same update behind a bare HTTP route", route, UNIT, route / bare),
        Row("bookings over HTTP, complete", booking, UNIT, booking / bare),
        Row("answers over HTTP, one slot for all", crowd, UNIT, crowd / bare),
    ]


@asynccontextmanager
async def _service(stack: ServerStack) -> AsyncIterator[tuple[int, Mongo, Tokens]]:
    tokens = Tokens()
    (port,) = free_ports(1)
    platform = platform_of(stack, kafka_bootstrap="127.0.0.1:1", mongo_max_pool=100)
    settings = Settings(database=fresh_database(), platform=platform, port=port)
    app = build(settings, fetch_keys=tokens.fetch, publisher=Collector())
    runtime = find(app, Runtime)
    _add_bare_route(app, runtime.mongo)
    config = uvicorn.Config(app, port=port, lifespan="on", **server_options(platform))
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(listening(config)))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.02)  # until the server listens
    try:
        yield port, runtime.mongo, tokens
    finally:
        server.should_exit = True
        await serving


def _add_bare_route(app: FastAPI, mongo: Mongo) -> None:
    router = APIRouter()

    @router.post("/bare/{slot_id}")
    async def bare(slot_id: str) -> dict[str, bool]:
        return {"taken": await _update(mongo.db["slots"], slot_id)}

    app.include_router(router)


async def _update(slots: Collection, slot_id: str) -> bool:
    done = await slots.update_one(
        {"_id": slot_id, "free": True}, {"$set": {"free": False, "appointment_id": "a"}}
    )
    return bool(done.modified_count)


async def new_slots(mongo: Mongo, count: int) -> list[str]:
    start = clock.now() + timedelta(days=2)
    slots = [_slot(f"{secrets.token_hex(8)}", start + timedelta(minutes=n)) for n in range(count)]
    await mongo.db["slots"].insert_many([to_document(s) for s in slots])
    return [s.id for s in slots]


def _slot(slot_id: str, starts_at: datetime) -> Slot:
    visit = Visit(
        doctor_name="Орлова Мария Викторовна",
        specialty="Терапевт",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15),
        timezone="Europe/Moscow",
        room="214",
        clinic_number="45",
        clinic_name="Городская поликлиника № 45",
        clinic_address="г. Москва, ул. Садовая, д. 12",
    )
    return Slot(slot_id, "doctor-orlova", "clinic-1", "therapist", visit)


async def new_citizens(mongo: Mongo, tokens: Tokens, count: int) -> list[str]:
    names = [secrets.token_hex(8) for _ in range(count)]
    await mongo.db["patients"].insert_many(
        [{"_id": n, "full_name": "Соколова Анна Сергеевна", "agenda": []} for n in names]
    )
    return [tokens.token(n) for n in names]


async def _bare(mongo: Mongo) -> float:
    slots = await new_slots(mongo, BOOKINGS)
    jobs = iter(slots)

    async def worker() -> None:
        for slot_id in jobs:
            assert await _update(mongo.db["slots"], slot_id)

    return await _rate(BOOKINGS, lambda: _together(worker))


async def _bare_route(port: int, mongo: Mongo) -> float:
    slots = await new_slots(mongo, BOOKINGS)
    return await _load(port, [_request(f"/bare/{s}", b"") for s in slots], {200: BOOKINGS})


async def _bookings(port: int, mongo: Mongo, tokens: Tokens) -> float:
    slots = await new_slots(mongo, BOOKINGS)
    people = await new_citizens(mongo, tokens, BOOKINGS)
    requests = [booking_of(s, p) for s, p in zip(slots, people, strict=True)]
    return await _load(port, requests, {201: BOOKINGS})


async def _crowd(port: int, mongo: Mongo, tokens: Tokens) -> float:
    (slot,) = await new_slots(mongo, 1)
    people = await new_citizens(mongo, tokens, BOOKINGS)
    return await _load(port, [booking_of(slot, p) for p in people], {201: 1, 409: BOOKINGS - 1})


def booking_of(slot_id: str, token: str) -> bytes:
    return _request("/v1/appointments", orjson.dumps({"slot_id": slot_id}), token)


def _request(path: str, body: bytes, token: str | None = None) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += ["Content-Type: application/json", f"Idempotency-Key: {secrets.token_hex(8)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _load(port: int, requests: Sequence[bytes], expected: dict[int, int]) -> float:
    """Send them over all connections; requests per second.

    Raises:
        AssertionError: the answers are not the expected ones.
    """
    jobs = iter(requests)
    statuses: dict[int, int] = {}

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in jobs:
            writer.write(request)
            status = await status_of(reader)
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()
        await writer.wait_closed()

    rate = await _rate(len(requests), lambda: _together(worker))
    assert statuses == expected, statuses
    return rate


async def status_of(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12])


async def _together(worker: Callable[[], Awaitable[None]]) -> None:
    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))


async def _rate(count: int, work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    print(f"{datetime.now(UTC):%Y-%m-%d}, {BOOKINGS} each, {CONNECTIONS} connections")
    for row in asyncio.run(run()):
        print(f"{row.name:45} {row.value:8.0f} {row.unit}  ×{row.ratio or 0:.2f}")
