"""E4, E6, X6, O8: the platform in containers, two of each service, one killed after another.

Journeys go on meanwhile. Afterwards: one certificate each, one message per channel, every booking
told once, and no failure that did not say when to come back. It brings a project and a port of
its own, so that it can run beside `make up`.
"""

from __future__ import annotations

import asyncio
import collections
import json
import os
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from contracts.topics import SERVICES
from deploy.stacks.containers.build import Builder
from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import CommandFailedError, NotRootError
from deploy.stacks.containers.settings import OFFICIAL, StackSettings, environment, local
from deploy.stacks.containers.stack import Stack
from deploy.stacks.embedded.ports import free_ports
from deploy.world.demo.citizen import download
from deploy.world.demo.gateway import Gateway, RefusedError
from deploy.world.demo.scenario import SAID, Scenario
from deploy.world.demo.steps import Steps
from tests.support.eventually import eventually
from tests.support.tools.journeys import apply, cancel, doctor_logs_in, review
from tests.support.tools.needs import leave_out, needs

pytestmark = pytest.mark.timeout(1500)  # the first one waits until all of it is up
_CITIZENS = 2
_BOOKINGS_AT_MOST = 60
_KEPT = 3  # a citizen holds five visits at most
_NOT_BUILT_HERE = {"grafana"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two of each service, from the code of this directory; its data is gone at the end."""
    needs("engine")
    engine = Engine.find()
    missing = [n for n in OFFICIAL if n not in _NOT_BUILT_HERE and not engine.has_image(local(n))]
    if missing:
        leave_out("engine", f"no images ({', '.join(missing)}): run `make images`")
    settings = StackSettings(
        compose_project_name=f"zdorovie-test-{os.getpid()}",
        profiles="core,demo",
        volumes=True,
        up_seconds=600,
    )
    try:
        Builder(engine, settings).build({"platform", "demo"})
    except NotRootError as error:
        leave_out("engine", str(error))
    (port,) = free_ports(1)
    shell = environment() | {
        "PORT_GATEWAY": str(port),
        "REPLICAS": "2",
        # Renewing is a write without a key: who broke off in it would have to log in again.
        "IDENTITY_ACCESS_TOKEN_SECONDS": "3600",
    }
    shell.pop("PUBLIC_URL", None)
    stack = Stack(engine, settings, shell=shell)
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


@pytest.fixture
async def answers() -> collections.Counter[tuple[int, bool]]:
    """What the gateway said: status, and whether it said when to come back."""
    return collections.Counter()


@pytest.fixture
async def gateway(
    stack: Stack, answers: collections.Counter[tuple[int, bool]]
) -> AsyncIterator[Gateway]:
    async def note(answer: httpx2.Response) -> None:
        answers[answer.status_code, "Retry-After" in answer.headers] += 1

    url = stack.values["PUBLIC_URL"]
    hooks = {"response": [note]}
    client = httpx2.AsyncClient(timeout=90.0, base_url=url, event_hooks=hooks)
    found = Gateway(url, client=client)
    yield found
    await found.close()


def test_nothing_runs_as_root_or_can_write_to_its_file_system(stack: Stack) -> None:
    """E4: asked of the engine and of the containers themselves."""
    for service, containers in stack.containers().items():
        for container in containers:
            assert container["Config"]["User"].split(":")[0] not in {"", "0", "root"}, service
            assert container["HostConfig"]["ReadonlyRootfs"], service
            assert container["HostConfig"]["CapDrop"] == ["ALL"], service
            assert container["HostConfig"]["Memory"] > 0, service
            assert container["HostConfig"]["PidsLimit"] > 0, service
    ports = {
        service: [p for c in containers for p in c["NetworkSettings"]["Ports"].values() if p]
        for service, containers in stack.containers().items()
    }
    assert [service for service, published in ports.items() if published] == ["gateway"]
    assert {binding["HostIp"] for binding in ports["gateway"][0]} == {"127.0.0.1"}
    (identity, _) = stack.containers()["identity"]
    assert stack.engine("exec", identity["Id"], "id", "-u").strip() == "10001"
    with pytest.raises(CommandFailedError, match="Read-only file system"):
        stack.engine("exec", identity["Id"], "touch", "/app/new")


async def test_the_whole_journey_through_the_gateway(gateway: Gateway) -> None:
    """O1: what `make demo` plays and checks, on two replicas of each service."""
    outcome = await Scenario(gateway, Steps(quiet=True)).play()
    assert outcome.certificate.startswith(b"%PDF-")


async def test_both_replicas_are_given_work(stack: Stack, gateway: Gateway) -> None:
    """X6: the gateway finds them by name."""
    for _ in range(40):
        await gateway.get("certificates", "/types")
    for container in stack.containers()["certificates"]:
        log = await asyncio.to_thread(stack.engine, "logs", container["Id"])
        assert any("/v1/types" in line for line in log.splitlines())


async def test_journeys_go_on_while_one_replica_after_another_is_killed(
    stack: Stack, gateway: Gateway, answers: collections.Counter[tuple[int, bool]]
) -> None:
    journeys = [Scenario(gateway, Steps(quiet=True)) for _ in range(_CITIZENS)]
    await asyncio.gather(*(journey.become_confirmed() for journey in journeys))
    act = await doctor_logs_in(journeys)
    killing = asyncio.create_task(_kill_one_after_another(stack, gateway))
    bookings = await asyncio.gather(
        *(
            _book_and_cancel(journey, killing, random.Random(n))
            for n, journey in enumerate(journeys)
        ),
        *(_certified(journey, act) for journey in journeys),
    )
    assert await killing == 2 * len(SERVICES)
    failures = {key: count for key, count in answers.items() if key[0] >= 500}
    assert all(status in {502, 503} and invited for status, invited in failures), failures
    print(f"answers: {dict(answers)}, asked again: {dict(gateway.repeated)}")
    for journey, booked in zip(journeys, bookings, strict=False):
        assert booked is not None
        await _one_of_each(journey, booked)


async def _kill_one_after_another(stack: Stack, gateway: Gateway) -> int:
    """Each replica of each service: killed, missed by nobody, started, healthy; how many."""
    killed = 0
    for service in SERVICES:
        for container in (await asyncio.to_thread(stack.containers))[service]:
            identifier = container["Id"]
            await asyncio.to_thread(stack.engine, "kill", identifier)
            for _ in range(20):  # the other one answers for both
                page = await gateway.page(f"/api/{service}/version")
                assert page.status_code == 200, (service, page.status_code, page.text)
            await asyncio.to_thread(stack.engine, "start", identifier)

            async def healthy(identifier: str = identifier) -> bool:
                known = await asyncio.to_thread(stack.engine.inspect, "container", identifier)
                return known is not None and known["State"]["Health"]["Status"] == "healthy"

            await eventually(healthy, within=180, every=1.0)
            killed += 1
    return killed


async def _book_and_cancel(
    journey: Scenario, killing: asyncio.Task[int], rng: random.Random
) -> tuple[list[str], list[str]]:
    """Book and cancel as long as replicas are killed; a few visits stay booked."""
    gateway = journey.citizen.gateway
    booked: list[str] = []
    cancelled: list[str] = []
    while len(booked) < _BOOKINGS_AT_MOST:
        found = await gateway.get("scheduling", "/slots", specialty="therapist", limit=100)
        slot = rng.choice(found["items"][-60:])
        try:
            visit = await gateway.post(
                "scheduling", "/appointments", {"slot_id": slot["id"], **SAID}, once=True
            )
        except RefusedError as refused:
            if refused.code not in {"slot-taken", "appointments-overlap"}:
                raise
            continue
        booked.append(visit["id"])
        await journey.citizen.phone.wait_for(r"Вы записаны|Запись \d", within=180)
        if len(booked) > _KEPT:
            await cancel(journey, visit["id"])
            cancelled.append(visit["id"])
        if killing.done():
            break
    return booked, cancelled


async def _certified(journey: Scenario, act: str) -> None:
    journey.outcome.application = await apply(journey.citizen)
    await review(journey, act)
    await asyncio.gather(
        *(
            inbox.wait_for("готова", within=240)
            for inbox in (journey.citizen.mailbox, journey.citizen.device)
        )
    )


async def _one_of_each(journey: Scenario, bookings: tuple[list[str], list[str]]) -> None:
    gateway, (booked, cancelled) = journey.citizen.gateway, bookings
    await gateway.renew()
    (certificate,) = (await gateway.get("certificates", "/certificates"))["items"]
    assert (await download(gateway, certificate["document_id"])).startswith(b"%PDF-")
    times = {
        "application-submitted.v2": 1,
        "certificate-issued.v2": 1,
        "appointment-booked.v2": len(booked),
        "appointment-cancelled.v2": len(cancelled),
    }
    wanted = {(what, by): n for what, n in times.items() for by in ("sms", "email", "push")}

    async def told() -> bool:
        sent = collections.Counter((m["template"], m["channel"]) for m in await _journal(gateway))
        assert {kind: sent[kind] for kind in wanted} == wanted, json.dumps(sorted(sent.items()))
        return True

    await eventually(told, within=120, every=0.5)


async def _journal(gateway: Gateway) -> list[dict[str, Any]]:
    """All of it: the citizen was told a lot."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await gateway.get("notifier", "/messages", limit=100, **cursor)
        items += page["items"]
        if not page.get("next_cursor"):
            return items
        cursor = {"cursor": page["next_cursor"]}
