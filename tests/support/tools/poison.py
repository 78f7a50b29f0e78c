"""Writes a record whose header *key* is not UTF-8: `-m tests.support.tools.poison KAFKA TOPIC KEY`.

A process of its own, because only aiokafka's pure Python writer can be talked into it, and which
writer is used is decided at import.
"""

from __future__ import annotations

import asyncio
import os
import sys

os.environ["AIOKAFKA_NO_EXTENSIONS"] = "1"  # noqa: TID251 - decided at aiokafka's import

from aiokafka import AIOKafkaProducer


class Unreadable(str):
    """A header key that encodes to no UTF-8."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Not what anybody asked for."""
        assert encoding, errors
        return b"\xff\xfe"


async def main(bootstrap: str, topic: str, key: str) -> None:
    """Write it."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(
            topic, b"poison", key=key.encode(), headers=[(Unreadable("zz"), b"1")]
        )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
