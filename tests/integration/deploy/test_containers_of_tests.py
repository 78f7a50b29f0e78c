"""O8: servers in containers can be stopped, killed, started again, and go with their test run."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import docker
import pytest
from confluent_kafka.admin import AdminClient
from motor.motor_asyncio import AsyncIOMotorClient

from contracts.topics import TOPICS
from deploy import ROOT
from tests.support.eventually import eventually
from tests.support.stack import ServerStack, restarting
from tests.support.stack.choice import no_containers
from tests.support.tools.needs import leave_out, needs
from tests.support.tools.programs import program

_LEAVES_A_CONTAINER = """
import os, signal
from tests.support.stack.containers import ContainerMongo
mongo = ContainerMongo()
mongo.start()
print(mongo.container.get_wrapped_container().id, mongo._kwargs["labels"], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module", autouse=True)
def images() -> None:
    needs("engine")
    obstacle = no_containers()
    if obstacle:
        leave_out("images", obstacle)


async def test_o8_mongo_and_kafka_keep_what_they_have_over_a_stop_and_a_kill() -> None:
    with ServerStack.contained(s3=False) as own:
        client = AsyncIOMotorClient(own.mongo_url)
        async with await client.start_session() as session, session.start_transaction():
            await client.kept.things.insert_one({"_id": 1}, session=session)
        assert own.kafka is not None
        for server in (own.mongo, own.kafka):
            for kill in (False, True):
                with restarting(server, kill=kill):
                    pass
        assert await client.kept.things.find_one({"_id": 1}) == {"_id": 1}
        client.close()
        found = AdminClient({"bootstrap.servers": own.kafka_bootstrap}).list_topics(timeout=10)
        assert {topic.name for topic in TOPICS} <= set(found.topics)


async def test_o8_a_killed_run_leaves_no_container_and_no_data() -> None:
    command = (sys.executable, "-c", _LEAVES_A_CONTAINER)
    async with program(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE) as run:
        said, _ = await run.communicate()
    container, _, labels = said.decode().partition(" ")
    data = [Path(word) for word in labels.split("'") if "zdorovie-container-" in word]
    client = docker.from_env()
    try:
        await eventually(lambda: not client.containers.list(all=True, filters={"id": container}))
        await eventually(lambda: not any(path.exists() for path in data))
    finally:
        client.close()
