"""The producer end against a real Kafka: big records, refused records, nobody there."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest

from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.work.outbox import Record, RefusedRecordError
from tests.support.tools.kafka import read_all

MB = 1024 * 1024


TOPIC = "post.events"  # topics are never made by writing to them


def record(key: str, value: bytes) -> Record:
    return Record(TOPIC, key.encode(), value, (("ce_type", b"x"),))


@pytest.fixture
async def publisher(kafka_platform: Platform) -> AsyncIterator[KafkaPublisher]:
    found = KafkaPublisher(kafka_platform.kafka_bootstrap, client_id="t")
    yield found
    await found.close()


async def test_a_refused_record_takes_only_its_own_key_with_it(
    kafka_platform: Platform, publisher: KafkaPublisher
) -> None:
    """E6, E8: what is too large stops its key; everything else of the batch goes out, in order."""
    mark = secrets.token_hex(4)
    keys = [f"{mark}-{n % 9}" for n in range(60)]
    values = [f"{mark}-{n}".encode() for n in range(60)]
    records = [record(k, v) for k, v in zip(keys, values, strict=True)]
    records[20] = record(keys[20], b"x" * (5 * MB))
    answers = await publisher.publish(records)
    refused = {n for n, answer in enumerate(answers) if answer is not None}
    assert refused == {n for n in range(20, 60) if keys[n] == keys[20]}
    assert all(isinstance(answers[n], RefusedRecordError) for n in refused)
    found = [v for v in await read_all(kafka_platform, TOPIC) if v in values]
    for k in set(keys):
        wanted = [values[n] for n in range(60) if keys[n] == k and n not in refused]
        assert [v for v in found if v in wanted] == wanted
    assert len(found) == 60 - len(refused)


async def test_records_larger_than_a_batch_go_out(
    kafka_platform: Platform, publisher: KafkaPublisher
) -> None:
    mark = secrets.token_hex(4)
    records = [record(mark, f"{mark}-{n}-".encode() * 30_000) for n in range(3)]
    assert await publisher.publish(records) == [None, None, None]
    found = await read_all(kafka_platform, TOPIC)
    assert [v for v in found if v.startswith(mark.encode())] == [r.value for r in records]


async def test_nobody_there_is_an_accident_in_bounded_time() -> None:
    """PITFALLS 9: nothing hangs while Kafka is away."""
    publisher = KafkaPublisher("127.0.0.1:1", client_id="t", wait=1.0)
    (answer,) = await publisher.publish([record("k", b"v")])
    assert isinstance(answer, AccidentError)
    await publisher.close()
