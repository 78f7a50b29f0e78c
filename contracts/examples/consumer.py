"""Hear the events of one topic: `python consumer.py BOOTSTRAP TOPIC`. Needs only aiokafka."""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def main(bootstrap: str, topic: str) -> None:
    """Print every event once; a repeated delivery is known by the event's id."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id="my-system",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    handled: set[str] = set()  # a real system keeps the ids beside its data, in one transaction
    async with consumer:
        async for record in consumer:
            event = json.loads(record.value)
            if event["id"] not in handled:
                event["data"].pop("pii", None)  # personal data stays out of logs
                print(event["type"], event["aggregateid"], event["data"], flush=True)
                handled.add(event["id"])
            await consumer.commit()  # only after the work is done


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
