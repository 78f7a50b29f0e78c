"""The ten-line consumer that the README quotes, run as another system would run it."""

from __future__ import annotations

import ast
import asyncio
import sys

from aiokafka import AIOKafkaProducer

from contracts.envelope import model_of
from contracts.orders import ApplicationApprovedV2
from contracts.tools.snapshots import EXAMPLES, example_of
from tests.support.stack import ServerStack

CONSUMER = EXAMPLES / "consumer.py"


def test_it_needs_nothing_of_the_platform() -> None:
    """Standard library and aiokafka only."""
    tree = ast.parse(CONSUMER.read_text(encoding="utf-8"))
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert modules == {"aiokafka", "asyncio", "json", "sys"}


async def test_it_prints_each_event_once_and_no_personal_data(servers: ServerStack) -> None:
    """Published twice, printed once; what is under `pii` stays out."""
    event_type = ApplicationApprovedV2.TYPE
    event = model_of(ApplicationApprovedV2).model_validate(example_of(event_type))
    other = event.model_copy(update={"id": "evt_other"})
    topic = "certificates.orders"
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka_bootstrap) as producer:
        for sent in (event, event, other):
            await producer.send_and_wait(
                topic, sent.to_json(), key=sent.aggregateid.encode(), headers=sent.headers()
            )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CONSUMER), servers.kafka_bootstrap, topic),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            lines = [(await process.stdout.readline()).decode() for _ in range(2)]
    finally:
        process.terminate()
        await process.communicate()
    assert all(line.startswith(f"{event_type} {event.aggregateid} ") for line in lines)
    assert all("'certificate_id'" in line and "pii" not in line for line in lines)
