"""X1: also when a process is killed in the middle of a booking, or of hundreds."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

import httpx2
import orjson
import pytest
import pytest_asyncio

from contracts.scheduling import AppointmentBooked
from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Database, Mongo
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, keyed, outbox_events, platform_of
from tests.support.services.scheduling import SAID, Desk, region_in
from tests.support.stack import ServerStack
from tests.support.tools.lines import abandoned_soon
from tests.support.tools.programs import program

PEOPLE, SLOTS = 500, 20
LIVES: Sequence[tuple[str, ...]] = (
    ("before", "2"),  # whoever was in it is not booked
    ("after", "1"),  # … is booked, and was not told
    ("before", "3"),
    ("after", "2"),
    (),
)


async def test_a_booking_killed_before_its_commit_leaves_nothing(
    desk: Desk, servers: ServerStack
) -> None:
    """Nobody has the slot; meanwhile others are told to come back, and then one of them wins."""
    await desk.citizen("victim")
    who = await desk.citizen("citizen-2")
    slot = await desk.late_slot()
    mongo = find(desk.app, Runtime).mongo
    async with abandoned_soon(mongo, seconds=3):
        async with program(
            *(sys.executable, "-m", "tests.support.victims.booking"),
            *(servers.mongo_url, mongo.db.name, "victim", slot["id"]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        ) as booking:
            assert booking.stdout is not None
            assert await booking.stdout.readline() == b"inside\n"
            booking.kill()

        held = await desk.book(who, slot["id"])
        assert held.status_code in {201, 503}, held.text
        key = keyed()

        async def won() -> bool:
            return (await desk.book(who, slot["id"], key)).status_code == 201

        if held.status_code == 503:
            assert "retry-after" in held.headers
            assert await eventually(won, within=30)
    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert event.data.citizen_id == "citizen-2"
    victim = desk.tokens.headers("victim")
    assert (await desk.http.get("/v1/appointments", headers=victim)).json()["items"] == []


@pytest_asyncio.fixture
async def mongo(servers: ServerStack, database: str) -> AsyncIterator[Mongo]:
    found = Mongo(servers.mongo_url, database)
    yield found
    found.close()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("replicas", [1, 2])
async def test_a_crowd_is_told_the_truth_while_the_service_is_killed_again_and_again(
    servers: ServerStack, mongo: Mongo, tokens: Tokens, replicas: int
) -> None:
    """X1: no slot twice, none lost, and every answer is true: that of a repeated request, too.

    Of two replicas both are killed, and whoever hears nothing asks the other.
    """
    ports = free_ports(replicas)
    limits = httpx2.Limits(max_connections=None)
    people = [f"citizen-{n}" for n in range(PEOPLE)]
    await region_in(platform_of(servers), mongo.db.name)
    await mongo.db["patients"].insert_many(
        [{"_id": name, "full_name": "Соколова Анна Сергеевна", "agenda": []} for name in people]
    )
    async with (
        abandoned_soon(mongo, seconds=3),
        httpx2.AsyncClient(timeout=30, limits=limits) as client,
    ):
        deaths: list[int] = []
        living = [
            asyncio.create_task(
                _live(port, LIVES[replicas:], mongo, servers, tokens, deaths=deaths)
            )
            for port in ports
        ]
        slots = await eventually(partial(_free, client, ports[0]))
        wanted = {name: slots[n * SLOTS // PEOPLE] for n, name in enumerate(people)}
        answers = await asyncio.gather(
            *(
                _answer(client, ports[n % replicas :] + ports, tokens.headers(who), slot)
                for n, (who, slot) in enumerate(wanted.items())
            )
        )
        for one in living:
            one.cancel()
        await asyncio.wait(living)
    assert deaths[:2] == [-signal.SIGKILL] * 2, deaths
    told = dict(zip(people, answers, strict=True))
    assert Counter(a.status_code for a in answers) == {201: SLOTS, 409: PEOPLE - SLOTS}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"slot-taken"}
    won = {who: a.json() for who, a in told.items() if a.status_code == 201}
    assert {who: a["slot_id"] for who, a in won.items()}.items() <= wanted.items()
    assert sorted(a["slot_id"] for a in won.values()) == sorted(slots)
    await _check_stored(mongo.db, won)


async def _live(
    port: int,
    lives: Sequence[tuple[str, ...]],
    mongo: Mongo,
    servers: ServerStack,
    tokens: Tokens,
    *,
    deaths: list[int],
) -> None:
    """One life after the other."""
    over = {"KAFKA_BOOTSTRAP": "127.0.0.1:1", "LOG_LEVEL": "ERROR"}
    env = {**inherited_environment(), **servers.env(), **over}
    jwks = orjson.dumps(tokens.key_set()).decode()
    for moment in lives:
        async with program(
            *python("tests.support.victims.scheduling"),
            *(str(port), mongo.db.name, jwks, *moment),
            cwd=ROOT,
            env=env,
        ) as service:
            deaths.append(await service.wait())


async def _free(client: httpx2.AsyncClient, port: int) -> list[str] | None:
    url = f"http://127.0.0.1:{port}/v1/slots?limit={SLOTS}&doctor_id=doctor-orlova"
    try:
        answer = await client.get(url)
    except httpx2.TransportError:
        return None
    return [slot["id"] for slot in answer.json()["items"]]


async def _answer(
    client: httpx2.AsyncClient, ports: Sequence[int], who: Mapping[str, str], slot: str
) -> httpx2.Response:
    """Ask as a browser does: the same request, until there is an answer that decides."""
    headers, turn = {**who, **keyed()}, itertools.cycle(ports)

    async def asked() -> httpx2.Response | None:
        url = f"http://127.0.0.1:{next(turn)}/v1/appointments"
        try:
            answer = await client.post(url, json={"slot_id": slot, **SAID}, headers=headers)
        except httpx2.TransportError:
            return None
        return None if answer.status_code == 503 else answer

    return await eventually(asked, within=120, every=0.2)


async def _check_stored(db: Database, won: Mapping[str, Mapping[str, Any]]) -> None:
    """What is stored is what was told, and nothing else."""
    appointments = {d["_id"]: d async for d in db["appointments"].find()}
    assert appointments.keys() == {told["id"] for told in won.values()}
    events = [d async for d in db["outbox"].find({"type": AppointmentBooked.TYPE})]
    assert sorted(d["aggregateid"] for d in events) == sorted(appointments)
    agendas = {d["_id"]: d["agenda"] async for d in db["patients"].find({"agenda": {"$ne": []}})}
    assert agendas.keys() == won.keys()
    for who, told in won.items():
        stored = appointments[told["id"]]
        assert (stored["citizen_id"], stored["talon_number"]) == (who, told["talon"]["number"])
        assert [entry["appointment_id"] for entry in agendas[who]] == [told["id"]]
        slot = await db["slots"].find_one({"_id": told["slot_id"]})
        assert slot is not None
        assert (slot["free"], slot["appointment_id"]) == (False, told["id"])
