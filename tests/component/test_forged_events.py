"""Records that are not from the producer of their type, or beyond every bound (E9, issue «forged»).

Whatever a service hears, somebody else may write it to another topic, under another name or with
another key. None of it has an effect; each is kept for a person and counted.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.envelope import MAX_BYTES, Data, Event, Pii, model_of
from contracts.tools.snapshots import example_of
from contracts.topics import SERVICES, TOPICS, heard_by, topic_of
from services.certificates.known.store import KnownStore
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, as_record, asked
from tests.support.tools.flow import metric

HEARD = sorted(
    ((name, data) for name in SERVICES for types in heard_by(name).values() for data in types),
    key=lambda pair: (pair[0], pair[1].TYPE),
)
SIZE = 2**20


def example(data: type[Data]) -> Event[Any]:
    """The contract's example, as a fresh event."""
    return model_of(data).model_validate(example_of(data.TYPE) | {"id": secrets.token_hex(8)})


def forgeries(data: type[Data]) -> dict[str, ConsumerRecord[Any, Any]]:
    """One record for each thing that the registry knows about this type and somebody may fake."""
    event, own = example(data), topic_of(data)
    other = next(t for t in TOPICS if t.producer != own.producer)
    foreign = event.model_copy(update={"source": f"/{other.producer}"})
    stranger = event.model_copy(update={"aggregateid": "somebody-else"})
    return {
        "topic": as_record(event, topic=other.name),
        "source": as_record(foreign),
        "key": as_record(event, key=b"somebody-else"),
        "no key": as_record(event, key=None),
        "aggregate": as_record(stranger),
        "huge seq elsewhere": as_record(
            event.model_copy(update={"seq": 2**31 - 1}), topic=other.name
        ),
    }


@pytest.fixture(params=SERVICES)
async def service(
    request: pytest.FixtureRequest, platform: Platform, database: str, tokens: Tokens
) -> AsyncIterator[tuple[str, FastAPI]]:
    """Each service, as it is built for production."""
    async with asked(request.param, platform, database, tokens) as (app, _):
        yield request.param, app


async def test_nothing_is_believed_by_its_type_alone(service: tuple[str, FastAPI]) -> None:
    """Every type that a service hears, forged in every way: no effect, a dead letter, a count."""
    name, app = service
    runtime = find(app, Runtime)
    forged = 0
    for data in (data for consumer, data in HEARD if consumer == name):
        for what, record in forgeries(data).items():
            outcome = await runtime.dispatcher.settle(record, last_try=True)
            assert outcome == "dead-letter", f"{data.TYPE}: {what}"
            forged += 1
    letters = runtime.dispatcher.letters.collection
    assert {d["reason"] async for d in letters.find({})} == {"misplaced"}
    assert metric(app, "events_misplaced_total") == forged
    assert await runtime.mongo.db["inbox"].count_documents({}) == 0
    assert await runtime.mongo.db["inbox_positions"].count_documents({}) == 0


def crossed(data: type[Data], secret: SecretStr) -> dict[str, Event[Any]]:
    """What was encrypted for another event, put into this one: each thing that it is bound to."""
    event, topic = example(data), topic_of(data).name
    own = event.data.bound_to
    plain = Pii()  # nobody comes to see what is inside
    found = {}
    for at, what in enumerate(("type", *data.BOUND_TO)):
        about = (*own[:at], "of-the-victim", *own[at + 1 :])
        jwe = Encryption(topic, secret).encrypt(plain, about=about)
        pii = event.data.pii.model_copy(update={"jwe": jwe})
        said = event.data.model_copy(update={"pii": pii})
        found[what] = event.model_copy(update={"id": secrets.token_hex(8), "data": said})
    return found


async def test_what_was_encrypted_for_another_event_has_no_effect(
    service: tuple[str, FastAPI],
) -> None:
    """Whoever may write a topic copies a victim's papers, form or code into their own event."""
    name, app = service
    runtime = find(app, Runtime)
    refused = 0
    for data in (data for consumer, data in HEARD if consumer == name and data.PLAIN):
        secret = getattr(runtime.settings, f"{topic_of(data).name.split('.')[1]}_secret")
        for what, event in crossed(data, secret).items():
            outcome = await runtime.dispatcher.settle(as_record(event), last_try=True)
            assert outcome == "dead-letter", f"{data.TYPE}: {what}"
            refused += 1
    letters = await runtime.dispatcher.letters.collection.find({}).to_list(None)
    assert [(d["reason"], d["error"]) for d in letters] == [
        ("refused", "AboutAnotherError: about-another")
    ] * refused
    assert await runtime.mongo.db["inbox"].count_documents({}) == 0
    assert await runtime.mongo.db["inbox_positions"].count_documents({}) == 0


def bloated(data: type[Data], field: str) -> bytes:
    """The example with a megabyte in one of its strings."""
    body = example_of(data.TYPE)
    target = body if field in body else body["data"]
    target[field] = "я" * SIZE
    return json.dumps(body, ensure_ascii=False).encode()


async def test_every_string_from_outside_has_a_bound(service: tuple[str, FastAPI]) -> None:
    """Attributes of the envelope and fields of the payload, each of a megabyte: refused."""
    name, app = service
    for data in (data for consumer, data in HEARD if consumer == name):
        strings = [k for k, v in example_of(data.TYPE).items() if isinstance(v, str)]
        strings += [k for k, v in example_of(data.TYPE)["data"].items() if isinstance(v, str)]
        for field in strings:
            record = as_record(example(data), value=bloated(data, field))
            outcome = await find(app, Runtime).dispatcher.settle(record, last_try=True)
            assert outcome == "dead-letter", f"{data.TYPE}: {field}"


def test_no_event_is_larger_than_a_consumer_takes() -> None:
    """The examples are far from the bound, so it is one against malice only."""
    assert all(len(example(data).to_json()) * 20 < MAX_BYTES for _, data in HEARD)


async def test_over_kafka_a_treasury_confirms_nobody_and_the_true_news_get_through(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """The bus itself: identity's event in the treasury's topic, and identity's own after it."""
    from contracts.identity import StaffChanged

    doctor = f"doctor-{database}"
    body = example_of(StaffChanged.TYPE)
    body["data"]["account_id"] = body["aggregateid"] = doctor

    def event(seq: int, name: str) -> Event[Any]:
        body["data"]["pii"]["full_name"] = name
        return model_of(StaffChanged).model_validate(
            body | {"id": secrets.token_hex(8), "seq": seq}
        )

    async with (
        asked("certificates", kafka_platform, database, tokens) as (app, _),
        AIOKafkaProducer(bootstrap_servers=kafka_platform.kafka_bootstrap) as producer,
    ):
        staff = KnownStore(find(app, Runtime).mongo.db).staff

        async def said(topic: str, what: Event[Any]) -> None:
            await producer.send_and_wait(
                topic, what.to_json(), key=doctor.encode(), headers=what.headers()
            )

        await said("treasury.events", event(2**31 - 1, "Подложный Пётр Петрович"))
        # a producer whose count jumped, by a fault of its own, and its next true word
        await said("identity.events", event(2**31 - 1, "Далёкий Денис Денисович"))
        await said("identity.events", event(2, "Орлова Ольга Олеговна"))

        async def true() -> bool:
            found = await staff.find(None, doctor)
            return found is not None and found.full_name == "Орлова Ольга Олеговна"

        await eventually(true)
        await eventually(lambda: metric(app, "events_misplaced_total") >= 1)
