"""How far a consumer is behind, on a real Kafka (O2): records, and the age of the oldest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, running
from tests.support.stack import ServerStack
from tests.support.tools import counter
from tests.support.tools.flow import metric, unique
from tests.support.tools.kafka import send

TOPIC = "registry.events"


def lag(app: FastAPI) -> float:
    return metric(app, "events_consumer_lag", topic=TOPIC)


def age(app: FastAPI) -> float:
    return metric(app, "events_oldest_unhandled_seconds", topic=TOPIC)


async def caught_up(app: FastAPI) -> None:
    """Nothing waits: what other tests left in the topic is handled."""
    seen = find(app, Runtime).dispatcher.backlog
    await eventually(
        lambda: bool(seen.partitions(TOPIC)) and (lag(app), age(app)) == (0, 0), within=40
    )


def held(keys: set[str], gate: asyncio.Event) -> Callable[[str], Awaitable[None]]:
    """A handler that hangs at these keys until the gate opens."""

    async def trouble(key: str) -> None:
        if key in keys:
            await gate.wait()

    return trouble


async def test_a_stuck_handler_is_seen_by_lag_and_age_until_it_goes_on(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """O2: what is in hand, what waits behind it and what waits in other partitions."""
    stuck, others, gate = unique("a"), [unique("b") for _ in range(6)], asyncio.Event()
    app = counter.build(
        kafka_platform,
        database,
        name=unique("c"),
        fetch_keys=tokens.fetch,
        trouble=held({stuck}, gate),
    )
    async with running(app):
        await caught_up(app)
        first = an_event(counter.checked(stuck), aggregate_id=stuck)
        begun = time.time()
        await send(kafka_platform, [first])
        await eventually(lambda: lag(app) == 1)
        behind = [an_event(counter.checked(key), aggregate_id=key) for key in (stuck, *others)]
        await send(kafka_platform, behind)
        await eventually(lambda: lag(app) == 8)
        seen = age(app)
        assert 0 < seen <= time.time() - begun + 0.1, "not older than the record"
        await eventually(lambda: age(app) > seen + 0.5)
        gate.set()
        await eventually(lambda: (lag(app), age(app)) == (0, 0))


async def test_a_handler_that_backs_off_for_ever_grows_old(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """O2: each try is counted, and the record's age goes on from the first."""
    key, well = unique("a"), asyncio.Event()

    async def trouble(asked: str) -> None:
        if asked == key and not well.is_set():
            raise AccidentError

    app = counter.build(
        kafka_platform, database, name=unique("c"), fetch_keys=tokens.fetch, trouble=trouble
    )
    async with running(app):
        await caught_up(app)
        await send(kafka_platform, [an_event(counter.checked(key), aggregate_id=key)])
        await eventually(lambda: metric(app, "events_handled_total", outcome="backed-off") >= 2)
        assert lag(app) == 1
        before = age(app)
        await eventually(
            lambda: (
                metric(app, "events_handled_total", outcome="backed-off") >= 4 and age(app) > before
            )
        )
        well.set()
        await eventually(lambda: (lag(app), age(app)) == (0, 0))
        delays = metric(app, "event_delay_seconds_sum", type="registry.identity-checked.v1")
        assert delays >= before, "how long the event took to have its effect"


async def test_what_waits_ages_while_kafka_is_away(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """O2: as far as is knowable: what was in hand or seen to wait when Kafka went."""
    key, gate = unique("a"), asyncio.Event()
    with ServerStack.own() as own:
        assert own.kafka is not None
        platform = kafka_platform.model_copy(update={"kafka_bootstrap": own.kafka_bootstrap})
        app = counter.build(
            platform, database, name=unique("c"), fetch_keys=tokens.fetch, trouble=held({key}, gate)
        )
        async with running(app):
            await send(platform, [an_event(counter.checked(key), aggregate_id=key)])
            await eventually(lambda: lag(app) == 1, within=40)
            await asyncio.to_thread(own.kafka.stop)
            await eventually(lambda: metric(app, "kafka_connected") == 0)
            before = age(app)
            await eventually(lambda: age(app) > before + 0.5)
            assert lag(app) == 1
            gate.set()
