"""The embedded servers keep what they promise over a crash and a restart on the same address."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from minio import Minio
from minio.error import S3Error
from motor.motor_asyncio import AsyncIOMotorClient

from contracts.topics import TOPICS
from deploy.stacks.embedded.java import find_java
from deploy.stacks.embedded.servers import S3, Kafka, Mongo
from deploy.stacks.topics import from_registry, provision
from tests.support.stack import KafkaName, ServerStack, restarting

_TOPIC = "identity.events"


def _kafkas() -> list[KafkaName]:
    java, _ = find_java()
    return ["memory"] if java is None else ["memory", "apache"]


@pytest.fixture(scope="module")
def own() -> Iterator[ServerStack]:
    """Servers of this module's own: it kills them."""
    with ServerStack.start(kafka=None) as stack:
        yield stack


@pytest.fixture(scope="module", params=_kafkas())
def kafka(request: pytest.FixtureRequest) -> Iterator[ServerStack]:
    with ServerStack.start(kafka=request.param, s3=False) as stack:
        yield stack


async def test_mongo_has_transactions_and_keeps_them_over_a_crash(own: ServerStack) -> None:
    client = AsyncIOMotorClient(own.mongo_url)
    async with await client.start_session() as session, session.start_transaction():
        await client.crash.kept.insert_one({"_id": 1}, session=session)
    with restarting(own.mongo, kill=True):
        pass
    assert await client.crash.kept.find_one({"_id": 1}) == {"_id": 1}
    client.close()


async def test_mongo_moves_to_another_port_with_its_data(own: ServerStack) -> None:
    client = AsyncIOMotorClient(own.mongo_url)
    await client.moved.kept.insert_one({"_id": 1})
    client.close()
    assert isinstance(own.mongo, Mongo)
    old = own.mongo.port
    with restarting(own.mongo):
        own.mongo.port = old + 1
    client = AsyncIOMotorClient(own.mongo_url)
    assert await client.moved.kept.find_one({"_id": 1}) == {"_id": 1}
    client.close()


def test_s3_keeps_objects_over_a_crash(own: ServerStack) -> None:
    assert isinstance(own.s3, S3)
    client = own.s3.client()
    client.make_bucket("kept-over-a-crash")
    client.put_object("kept-over-a-crash", "a/b", io.BytesIO(b"bytes"), 5)
    with restarting(own.s3, kill=True):
        pass
    assert client.get_object("kept-over-a-crash", "a/b").read() == b"bytes"


def test_s3_refuses_a_wrong_secret_and_no_signature(own: ServerStack) -> None:
    assert own.s3 is not None
    for access, secret in ((own.s3_access_key, "wrong"), (None, None)):
        stranger = Minio(
            own.s3_endpoint,
            access_key=access,
            secret_key=secret,
            secure=False,
            region="us-east-1",
        )
        with pytest.raises(S3Error) as refused:
            stranger.list_buckets()
        assert refused.value.response.status == 403


async def _produce(stack: ServerStack, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka_bootstrap)
    await producer.start()
    for value in values:
        await producer.send_and_wait(_TOPIC, value, key=b"key")
    await producer.stop()


async def _consume(stack: ServerStack, group: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        _TOPIC,
        bootstrap_servers=stack.kafka_bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=stack.kafka_fetch_max_wait_ms,
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_kafka_carries_records_in_order_and_tells_its_stable_address(
    kafka: ServerStack,
) -> None:
    await _produce(kafka, b"1", b"2", b"3")
    assert (await _consume(kafka, "in-order", 3))[:3] == [b"1", b"2", b"3"]


async def test_a_client_finds_kafka_again_at_the_same_address(kafka: ServerStack) -> None:
    assert isinstance(kafka.kafka, Kafka)
    producer = AIOKafkaProducer(bootstrap_servers=kafka.kafka_bootstrap, metadata_max_age_ms=500)
    await producer.start()
    await producer.send_and_wait(_TOPIC, b"before", key=b"key")
    with restarting(kafka.kafka, kill=True):
        pass
    await producer.send_and_wait(_TOPIC, b"after", key=b"key")
    assert {broker.port for broker in producer.client.cluster.brokers()} == {kafka.kafka.port}
    await producer.stop()


def test_apache_kafka_has_the_topics_of_the_registry_and_no_others(kafka: ServerStack) -> None:
    assert kafka.kafka is not None
    if kafka.kafka.durable:
        assert provision(kafka.kafka_bootstrap, from_registry()) == []
    assert [topic.name for topic in from_registry()] == [topic.name for topic in TOPICS]
