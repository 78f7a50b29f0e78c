"""E4, E6, X6, O8: two replicas of everything; one at a time of each service is killed under work.

Journeys go on meanwhile. Afterwards: one certificate each, one message per channel, every booking
that was confirmed and none that was not. Needs Apache Kafka: the broker in memory lets one member
into a group.
"""

from __future__ import annotations

import asyncio
import collections
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from contracts.scheduling import AppointmentBooked, AppointmentCancelled
from contracts.topics import SERVICES
from deploy.world.demo.citizen import download
from deploy.world.demo.gateway import Gateway, RefusedError
from deploy.world.demo.scenario import SAID, Scenario
from deploy.world.demo.steps import Steps
from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack
from tests.support.stack.choice import StackKind, chosen
from tests.support.tools.journeys import (
    apply,
    cancel,
    doctor_logs_in,
    every_visit_is_told_once,
    review,
)
from tests.support.tools.kafka import read_all
from tests.support.tools.needs import leave_out, needs

_CITIZENS = 2
_BOOKINGS = 6
_LOOKED_AT = ("/api/certificates/v1/types", "/api/scheduling/v1/clinics", "/status.json")


@pytest.fixture(scope="module")
def doubled() -> Iterator[PlatformStack]:
    kind = chosen().kind
    if kind is StackKind.EMBEDDED:
        needs("java")
    if kind is StackKind.EXTERNAL:
        leave_out("a platform of its own", "STACK=external has room for one at a time")
    with PlatformStack.chosen("apache", replicas=2, within=180) as stack:
        yield stack


@dataclass
class Diary:
    """What one citizen was told of their bookings."""

    booked: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)


async def _kill_by_turns(stack: PlatformStack) -> None:
    """First one replica of every service, and when all are back the other one."""
    for suffix in ("", "-2"):
        names = [f"{service}{suffix}" for service in SERVICES]
        before = {name: stack.pid(name) for name in names}
        for name in names:
            stack.kill(name)
        await eventually(
            lambda: all(stack.is_back(name, before[name]) for name in names),  # noqa: B023 - awaited here
            within=90,
            every=0.5,
        )


async def _book_and_cancel(journey: Scenario, diary: Diary, rng: random.Random) -> None:
    """Book some slots and cancel every second one; another may be faster: then take another."""
    gateway = journey.citizen.gateway
    later = (datetime.now(UTC) + timedelta(days=2)).date()  # what is sooner cannot be cancelled
    while len(diary.booked) < _BOOKINGS:
        found = await gateway.get(
            "scheduling", "/slots", specialty="therapist", limit=100, **{"from": later.isoformat()}
        )
        slot = rng.choice(found["items"][-60:])
        try:
            booked = await gateway.post(
                "scheduling", "/appointments", {"slot_id": slot["id"], **SAID}, once=True
            )
        except RefusedError as refused:
            if refused.code not in {"slot-taken", "appointments-overlap"}:
                raise
            continue
        diary.booked.append(booked["id"])
        if len(diary.booked) % 2 == 0:
            await cancel(journey, booked["id"])
            diary.cancelled.append(booked["id"])


@asynccontextmanager
async def _someone_looks(gateway: Gateway) -> AsyncIterator[collections.Counter[int]]:
    """Anonymous readers all the time; what they are answered, by status."""
    seen: collections.Counter[int] = collections.Counter()
    done = asyncio.Event()

    async def look() -> None:
        while not done.is_set():
            for path in _LOOKED_AT:
                answer = await gateway.page(path)
                seen[answer.status_code] += 1
                assert answer.status_code < 500 or "Retry-After" in answer.headers, path

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        done.set()
        await looking


@pytest.mark.timeout(420)
async def test_journeys_go_on_while_one_replica_of_every_service_is_killed(
    doubled: PlatformStack,
) -> None:
    gateway = Gateway(doubled.url)
    journeys = [Scenario(gateway, Steps(quiet=True), seed=70 + n) for n in range(_CITIZENS)]
    diaries = [Diary() for _ in journeys]
    await asyncio.gather(*(journey.become_confirmed() for journey in journeys))
    act = await doctor_logs_in(journeys)
    async with _someone_looks(gateway) as looked:
        killing = asyncio.create_task(_kill_by_turns(doubled))
        await asyncio.gather(
            *(_certified(journey, act) for journey in journeys),
            *(
                _book_and_cancel(journey, diary, random.Random(n))
                for n, (journey, diary) in enumerate(zip(journeys, diaries, strict=True))
            ),
        )
        await killing
    assert set(looked) <= {200, 502, 503}, looked
    assert looked[200] > 10 * (looked[502] + looked[503]), looked
    for journey, diary in zip(journeys, diaries, strict=True):
        await _one_of_each(journey, diary)
    await _every_booking_is_told_once(doubled, diaries)
    await gateway.close()


async def _certified(journey: Scenario, act: str) -> None:
    journey.outcome.application = await apply(journey.citizen)
    await review(journey, act)
    await asyncio.gather(
        *(
            inbox.wait_for("готова", within=120)
            for inbox in (journey.citizen.phone, journey.citizen.mailbox, journey.citizen.device)
        )
    )


async def _one_of_each(journey: Scenario, diary: Diary) -> None:
    gateway = journey.citizen.gateway
    (certificate,) = (await gateway.get("certificates", "/certificates"))["items"]
    assert (await download(gateway, certificate["document_id"])).startswith(b"%PDF-")
    times = {
        "application-submitted.v2": 1,
        "certificate-issued.v2": 1,
        "appointment-cancelled.v2": len(diary.cancelled),
    }
    wanted = {(what, by): n for what, n in times.items() for by in ("sms", "email", "push")}

    async def told() -> bool:
        journal = await gateway.get("notifier", "/messages", limit=100)
        sent = collections.Counter((m["template"], m["channel"]) for m in journal["items"])
        assert {kind: sent[kind] for kind in wanted} == wanted
        visits = await gateway.get("scheduling", "/appointments", limit=100)
        assert {v["id"] for v in visits["items"]} == set(diary.booked)
        every_visit_is_told_once(visits["items"], journal["items"])
        return True

    await eventually(told, within=60, every=0.3)
    documents = await gateway.get("documents", "/documents", limit=100)
    # the certificate, the receipt of its application, the talons
    assert len(documents["items"]) == 2 + _BOOKINGS
    for inbox in (journey.citizen.phone, journey.citizen.mailbox, journey.citizen.device):
        page = await gateway.page(f"/inbox/api/messages?to={quote(inbox.address)}")
        texts = [f"{m.get('subject')} {m.get('title')} {m['text']}" for m in page.json()["items"]]
        assert sum("готова" in text for text in texts) == 1, texts


async def _every_booking_is_told_once(stack: PlatformStack, diaries: list[Diary]) -> None:
    """The events by their ids: a relay may publish one again, which nobody takes for another."""
    kafka = Platform(kafka_bootstrap=stack.env()["KAFKA_BOOTSTRAP"])
    values = [json.loads(v) for v in await read_all(kafka, "scheduling.events")]
    told = {e["id"]: (e["type"], e["aggregateid"]) for e in values}
    of_type = {
        kind: sorted(key for found, key in told.values() if found == kind)
        for kind in (AppointmentBooked.TYPE, AppointmentCancelled.TYPE)
    }
    assert of_type[AppointmentBooked.TYPE] == sorted(a for d in diaries for a in d.booked)
    assert of_type[AppointmentCancelled.TYPE] == sorted(a for d in diaries for a in d.cancelled)
