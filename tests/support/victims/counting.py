"""A counting service in a process of its own that stops at a named step, to be killed there.

    python -m tests.support.victims.counting STEP MONGO_URL KAFKA DATABASE NAME KEY

STEP: `published` (the relay published and has not marked), `committed` (the consumer's transaction
for KEY is done and the offset is not committed), `none` (runs on), `in-order` (runs on, and an
event older than one already counted is not counted). Prints REACHED when it is there; ends as a
service does on SIGTERM.
"""

from __future__ import annotations

import asyncio
import signal
import sys

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.records import KafkaRecord
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.logging import configure
from tests.support.service import Tokens
from tests.support.tools import counter


async def _reached() -> None:
    print("REACHED", flush=True)
    await asyncio.Event().wait()


async def main(step: str, mongo_url: str, kafka: str, *names: str) -> None:
    """Run until killed."""
    database, name, key = names
    platform = Platform(mongo_url=mongo_url, kafka_bootstrap=kafka, kafka_fetch_max_wait_ms=20)
    configure(name, fmt="json")
    app = counter.build(
        platform,
        database,
        name=name,
        fetch_keys=Tokens().fetch,
        latest_only=step == "in-order",
    )
    runtime = find(app, Runtime)

    async def pause(at: str) -> None:
        if at == step:
            await _reached()

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    runtime.relay._pause = pause
    async with app.router.lifespan_context(app):
        if step == "committed":
            handle = runtime.dispatcher.settle

            async def settle(record: KafkaRecord, *, last_try: bool, replayed: bool = False) -> str:
                outcome = await handle(record, last_try=last_try, replayed=replayed)
                if record.key == key.encode():
                    await _reached()
                return outcome

            runtime.dispatcher.settle = settle  # type: ignore[method-assign] # stop exactly here
        if step in {"none", "in-order"}:
            print("REACHED", flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
