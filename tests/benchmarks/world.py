"""What benchmarks run on: servers of their own, the Kafka that `make run` would choose.

`KAFKA=apache|memory` forces one, as it does for `make run`.
"""

from __future__ import annotations

import asyncio
import functools
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.stacks.embedded.choice import choose_kafka
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import StackSettings
from tests.support.stack import KafkaName, ServerStack, scratch_dir

REPETITIONS = 3


@functools.cache
def kafka() -> tuple[KafkaName, str]:
    """Which Kafka the benchmarks run on, and why."""
    with tempfile.TemporaryDirectory() as directory:
        directories = Directories(Path(directory) / "data", Path(directory) / "logs")
        settings = StackSettings()
        chosen = choose_kafka(
            settings.kafka,
            directories=directories,
            port=0,
            controller_port=1,
            cache_dir=settings.cache_dir,
            say=print,
        )
    return ("apache" if chosen.kafka.durable else "memory"), chosen.why


def machine() -> str:
    """What the figures were measured on, in a few lines."""
    name, why = kafka()
    said = "Apache Kafka in KRaft mode" if name == "apache" else "librdkafka's in-memory broker"
    scratch = scratch_dir("zdorovie-bench-")
    scratch.rmdir()
    return (
        f"{len(os.sched_getaffinity(0))} cores for everything, servers included; "
        f"Python {platform.python_version()}, {platform.machine()}\n"
        f"Kafka: {said} ({why}); MongoDB: one-node replica set; data in {scratch.parent}\n"
        f"load before: {os.getloadavg()[0]:.1f}"
    )


@asynccontextmanager
async def servers() -> AsyncIterator[ServerStack]:
    """MongoDB and Kafka, fresh and empty."""
    stack = await asyncio.to_thread(ServerStack.start, kafka()[0], s3=False)
    try:
        yield stack
    finally:
        await asyncio.to_thread(stack.stop)


async def until(reached: Callable[[], bool], *, within: float = 60.0) -> None:
    """Wait until this is so; costs nothing but the look.

    Raises:
        TimeoutError: it did not become so.
    """
    async with asyncio.timeout(within):
        while not reached():  # noqa: ASYNC110 - what is measured must not know that it is
            await asyncio.sleep(0.002)  # between two looks
